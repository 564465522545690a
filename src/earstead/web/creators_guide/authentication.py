"""The page of signing in."""

from __future__ import annotations

from earstead.web.creators_guide.blocks import Block, Code, Heading, Items, Page, Table, Text

_STEPS = (
    "Make a `state` (32 letters and digits), a `code_verifier` (43 to 128 URL-safe characters) and its challenge: "
    "base64url of the SHA-256, without `=`.",
    "GET the authorize address with the two cookies and the query below. The answer is an HTML page, status 200.",
    "In that page a script assigns an object to `authorizationResponse`. Its keys may be bare or quoted, so it is no "
    "strict JSON; it runs from the assignment to the first semicolon.",
    "Its `type` must be `authorization_response` and its `response.state` the one that was sent.",
    "POST the `code` to the token address as a form: `grant_type=authorization_code`, `client_id`, `code`, the same "
    "`redirect_uri`, `code_verifier`. No cookie and no `Authorization` header goes along; there is no client secret.",
    "The answer holds `access_token` and `expires_in` (3,600 seconds). Take the token as opaque.",
    "`Authorization: Bearer TOKEN` opens api-v5, GraphQL and podcasters/v0 alike.",
)
_CONSTANTS = (
    ("authorize", "`https://accounts.spotify.com/oauth2/v2/auth`"),
    ("token", "`https://accounts.spotify.com/api/token`"),
    ("`client_id`", "`05a1371ee5194c27860b3ff3ff3979d2`, that of the web application; the same for everybody"),
    ("`redirect_uri`", "`https://podcasters.spotify.com`, without a path or a slash at its end"),
    ("`scope`", "`streaming ugc-image-upload user-read-email user-read-private`"),
    ("`response_type`, `response_mode`, `prompt`", "`code`, `web_message`, `none`"),
    ("`code_challenge_method`", "`S256`"),
)
_FAILURES = (
    ("`login_required` in the page", "the cookies ran out, or somebody signed out", "stop; take new cookies"),
    ("`consent_required`", "a `client_id` of one's own", "use the constant above"),
    ("400, `redirect_uri: Not matching configuration`", "wrong client or redirect", "use the constants above"),
    ("200 without the object", "the page changed, or it is a challenge", "look at the page; do not repeat"),
    ("400 `invalid_grant` at the token address", "code used twice, or verifier wrong (inferred)", "begin once more"),
    ("401 from a backend", "the token ran out or was revoked", "sign in again, once"),
    ("403 from podcasters/v0", "no access to this show", "it is not the sign-in"),
    ("403 from GraphQL", "an `Origin` other than the dashboard's", "send `https://creators.spotify.com`"),
    ("403 `User does not own station`", "`isMumsCompatible=true` is missing", "send it with every call of api-v5"),
)
_HEADERS = (
    ("api-v5, reading", "`Authorization`, `Accept: application/json`"),
    ("api-v5, writing", "also `Content-Type: application/json`, and `Origin` and `Referer` of creators.spotify.com"),
    (
        "GraphQL",
        "`Authorization`, `Content-Type`, `Accept`, and `x-creator-client`: the front end that ships the query",
    ),
    ("podcasters/v0", "`Authorization` alone"),
    ("storage", "none: the address is signed. An `Authorization` header must be left out"),
)
_BROWSER = (
    "Sign in at `https://creators.spotify.com` in a private window.",
    "Open the developer tools, there Application (or Storage), Cookies, `https://creators.spotify.com`.",
    "Copy the value of `sp_dc` (about 160 characters) and, if there is one, of `sp_key` (36 characters).",
    "Close the window **without signing out**: signing out ends both cookies.",
)
_EXAMPLE = """\
earstead creators connect --user anna            # asks for both cookies, showing neither
printf '%s\\n' "$SP_DC" | earstead creators connect --user anna --cookies-stdin
EARSTEAD_SP_DC=... EARSTEAD_SP_KEY=... earstead creators connect --user anna
"""
_PYTHON = """\
import os

from earstead.creators import Creators

with Creators.sign_in(sp_dc=os.environ["SP_DC"], sp_key=os.environ.get("SP_KEY", "")) as creators:
    for show in creators.shows.all():
        print(show.name, show.uri, show.hosting)
"""


def page() -> Page:
    """Two cookies, one token."""
    return Page(slug="authentication", title="Authentication", lead=_LEAD, blocks=_blocks())


_LEAD = (
    "There is no key to apply for. Two cookies of a signed-in browser are exchanged for a token of one hour, "
    "by the silent sign-in that the web application itself makes, and this token opens every backend."
)


def _blocks() -> tuple[Block, ...]:
    return (
        Heading("Take the cookies"),
        Items(_BROWSER, numbered=True),
        Text(
            "`sp_dc` opens the whole Spotify account: music, addresses, payment. Treat it as a password. earstead "
            "asks for "
            "it, reads it from stdin or the environment, seals it with the server's key, and shows it nowhere. "
            "`sp_key` may "
            "be missing: renewing `sp_dc` alone has brought sign-ins back (27 July 2026), and some browsers hold none."
        ),
        Code(_EXAMPLE, "sh", "Connect"),
        Code(_PYTHON, "python", "Sign in"),
        Heading("The exchange, step by step"),
        Items(_STEPS, numbered=True),
        Table(("Name", "Value"), _CONSTANTS),
        Heading("How long it lasts"),
        Items(
            (
                "The token: an hour. earstead renews it 300 seconds before its end, behind one lock, for all threads.",
                "The cookies: about a year by some reports, several months by others. earstead says how old they "
                "are, and "
                "raises an alert before they are likely to end.",
                "After `login_required` nothing is tried again until the cookies are replaced: a row of silent "
                "sign-ins "
                "that fail looks like an attack.",
            )
        ),
        Heading("What failures mean"),
        Table(("Sign", "Cause", "What to do"), _FAILURES),
        Heading("Headers"),
        Table(("Backend", "Sends"), _HEADERS),
        Heading("The sign-in of old"),
        Text(
            "Accounts of Anchor signed in with e-mail and password: a CSRF token from "
            "`https://podcasters.spotify.com/pod/api/csrf`, then a POST to `/pod/api/login`, which sets the cookie "
            "`anchorpw_s`. It opened the cookie proxy only, and is believed to be gone (inferred). earstead has it "
            "as an "
            "optional module, see [other backends](other#legacy)."
        ),
    )
