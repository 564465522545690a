"""Word lists from which invented artists, releases and tracks get their names, one lexicon per script.

The words are common nouns and adjectives, so that a name sounds right and belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from earstead.kit.clock import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Words of one language family; `share` is its weight among artists.

    Patterns name an adjective {a} and two nouns {n}, {m}.
    """

    share: float
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]
    artists: tuple[str, ...]
    titles: tuple[str, ...]

    def artist(self, rng: Random) -> str:
        """A name for an artist."""
        return self._fill(self.artists, rng)

    def title(self, rng: Random) -> str:
        """A name for a release or a track."""
        return self._fill(self.titles, rng)

    def _fill(self, patterns: tuple[str, ...], rng: Random) -> str:
        pick: Callable[[tuple[str, ...]], str] = rng.choice
        return pick(patterns).format(a=pick(self.adjectives), n=pick(self.nouns), m=pick(self.nouns))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Lexicon(
    share=52,
    adjectives=_words(
        "Amber Blue Broken Burning Copper Crimson Distant Drowned Electric Empty Faded Frozen Gentle Golden Hidden "
        "Hollow Idle Ivory Last Little Lonesome Lost Lunar Midnight Mute Neon Northern Paper Patient Plain Quiet "
        "Restless Rusty Scarlet Secret Silent Silver Sleeping Slow Solar Southern Still Strange Tender Tidal Velvet "
        "Wandering Warm Wild Winter Wooden Young"
    ),
    nouns=_words(
        "Anchors Animals Antlers Arrows Atlas Avenue Beacon Birches Bridges Cabin Canyon Cathedral Chapel Circuits "
        "Clouds Coast Comets Compass Corners Crows Deer Delta Diamonds Ember Engines Falcons Ferns Fields Fires Foxes "
        "Garden Ghosts Glass Harbour Hearts Herons Horizon Horses Houses Islands Kites Ladders Lanterns Letters "
        "Lighthouse Lions Machines Maps Mirrors Moths Mountains Oaks Oceans Orchard Owls Parade Pilots Pines Planets "
        "Radio Rails Ravens Rivers Roads Rooms Sailors Satellites Saturn Season Shadows Signals Sparrows Stations "
        "Stones Storms Summer Swans Telescopes Thunder Tides Tigers Towers Trains Valleys Villages Wires Wolves"
    ),
    artists=(
        "{a} {n}",
        "The {a} {n}",
        "{n} & {m}",
        "{n}",
        "{n} of {m}",
        "{a} {n} Club",
        "DJ {n}",
        "{n}/{m}",
        "{n} Trio",
    ),
    titles=("{a} {n}", "{n}", "{n} and {m}", "The {n}", "{a}", "Where the {n} Are", "No More {n}", "{n} (Live)"),
)
DIACRITICS = Lexicon(
    share=20,
    adjectives=_words(
        "Weiße Müde Späte Grüne Fröhliche Légère Rêvée Étrange Cachée Bleuté Perdida Pequeña Última Lejanía Små Blå "
        "Kühle Höga Żółte Ciche Ostatnie Tichá Černá Şirin Uzak Büyük Çılgın Kék Őszi Văratic Gömda Øde Årlig Søvnløs"
    ),
    nouns=_words(
        "Mädchen Straße Brüder Höfe Vögel Träume Fenêtres Forêt Été Étoiles Pâques Mañana Corazón Canción Señales Años "
        "Fjärilar Ängar Sjö Fjord Ørkener Skær Książka Łąka Gwiazdy Świt Něha Řeka Měsíc Žalm Güneş Çiçek Işık Yağmur "
        "Örökség Erdő Tűz Zăpadă Pădure Ilhão Coração Manhã Estações Näkymä Yö Tähti Öö Þoka Æska Ģitāra Ūdens"
    ),
    artists=("{a} {n}", "{n} & {m}", "{n}", "{n} {m}", "Les {n}", "Die {n}", "Los {n}"),
    titles=("{a} {n}", "{n}", "{n} ({a})", "{n}, {m}", "{n} – {m}", "Große {n}"),
)
CYRILLIC = Lexicon(
    share=9,
    adjectives=_words("Тихие Белые Северные Ночные Старые Синие Зимние Далёкие Лунные Красные Вольные Пустые"),
    nouns=_words(
        "Окна Птицы Города Волны Письма Огни Поезда Мосты Звёзды Сады Крыши Голоса Ветра Тени Камни Дороги Корабли "
        "Облака Зеркала Реки"
    ),
    artists=("{a} {n}", "{n}", "{n} и {m}", "Группа «{n}»"),
    titles=("{a} {n}", "{n}", "{n} и {m}", "Последние {n}", "{n} ещё спят"),
)
JAPANESE = Lexicon(
    share=8,
    adjectives=_words("青い 静かな 夜の 遠い 白い 小さな 眠る 最後の 透明な 冬の"),
    nouns=_words(
        "電車 海 月 窓 雨 桜 街 星 風 鳥 夏 手紙 灯台 猫 線路 図書館 ひかり さかな カメラ ラジオ プール レモン"
    ),
    artists=("{a}{n}", "{n}と{m}", "{n}楽団", "{n}", "ザ・{n}"),
    titles=("{a}{n}", "{n}", "{n}と{m}", "{n}の中で", "さよなら{n}", "{n} ～{m}～"),
)
ARABIC = Lexicon(
    share=5,
    adjectives=_words("بعيد هادئ أزرق قديم جديد صغير أخير جميل"),
    nouns=_words("قمر ليل بحر نجم طريق بيت صباح ورد مطر نهر حلم صوت شتاء"),
    artists=("{n} {a}", "فرقة {n}", "{n} و{m}"),
    titles=("{n} {a}", "{n}", "{n} و{m}", "يا {n}", "{n} بلا {m}"),
)
HEBREW = Lexicon(
    share=3,
    adjectives=_words("רחוק כחול שקט ישן לבן אחרון קטן"),
    nouns=_words("ירח לילה ים כוכב רחוב בית בוקר גשם חלום קול חורף שיר"),
    artists=("{n} {a}", "להקת {n}", "{n} ו{m}"),
    titles=("{n} {a}", "{n}", "{n} ו{m}", "עוד {n}", "בלי {n}"),
)
DEVANAGARI = Lexicon(
    share=3,
    adjectives=_words("नीला शांत दूर पुराना नया छोटा आखिरी"),
    nouns=_words("चाँद रात सागर तारा रास्ता घर सुबह बारिश सपना गीत पवन दीप"),
    artists=("{a} {n}", "{n} और {m}", "{n} मंडली"),
    titles=("{a} {n}", "{n}", "{n} और {m}", "ओ {n}", "{n} के बिना"),
)
LEXICONS = (ENGLISH, DIACRITICS, CYRILLIC, JAPANESE, ARABIC, HEBREW, DEVANAGARI)

SHOWS = (
    "The Long Corridor", "Maps for Two", "Nachtgespräche", "Half an Hour of Bees", "Kitchen Physics",
    "История одной вещи", "Small Machines Weekly", "Le Café du coin", "電車の時間", "Letters Never Sent",
)  # fmt: skip
