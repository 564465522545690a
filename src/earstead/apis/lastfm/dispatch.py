"""From a decoded request to an answer. Whatever goes wrong comes out as an error of the list, never as a trace."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable
from typing import cast

from earstead.apis.lastfm import errors
from earstead.apis.lastfm.decode import Decoded
from earstead.apis.lastfm.faults import Fault
from earstead.apis.lastfm.gate import Admitted, Caller, Gate
from earstead.apis.lastfm.inventory import find
from earstead.apis.lastfm.method import Call, Method
from earstead.apis.lastfm.tree import Payload
from earstead.apis.lastfm.watch import note_call
from earstead.kit.http import blocking
from earstead.services.container import Services
from earstead.services.users import User

log = logging.getLogger(__name__)


class Dispatcher:
    """Checks, finds the method, runs it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._gate = Gate(services)
        self._root = services.public_url.rstrip("/")

    async def answer(self, asked: Decoded, caller: Caller) -> Payload:
        """What the method answers.

        Raises:
            Fault: with its text and status filled in; nothing else.
        """
        try:
            payload = await self._answer(asked, caller)
        except Exception as error:
            fault = errors.fault_of(error)
            self._watch(asked, fault)
            if fault.code == errors.OPERATION_FAILED and not isinstance(error, Fault):
                log.exception("%s failed", asked.method)
            elif fault.code == errors.UNAVAILABLE and not isinstance(error, Fault):
                log.warning("%s has to be repeated: %s", asked.method, error)
            raise fault from error
        self._watch(asked, None)
        return payload

    def _watch(self, asked: Decoded, fault: Fault | None) -> None:
        if self._services.selftest.busy:
            note_call(self._services.selftest, asked, fault, self._services.clock.now())

    async def _answer(self, asked: Decoded, caller: Caller) -> Payload:
        if asked.fault and asked.fault.code == errors.INVALID_FORMAT:
            raise asked.fault
        self._gate.let_in(asked, caller)
        if asked.fault:
            raise asked.fault
        method = find(asked.method)
        if not inspect.iscoroutinefunction(method.run):
            # One hop to a thread for all of it: keys and users may have to be looked up as well.
            return await blocking(self._run, method, asked, caller)
        call = self._call(method, asked, caller)
        return await cast(Awaitable[Payload], method.run(call))

    def _run(self, method: Method, asked: Decoded, caller: Caller) -> Payload:
        return cast(Payload, method.run(self._call(method, asked, caller)))

    def _call(self, method: Method, asked: Decoded, caller: Caller) -> Call:
        admitted = self._gate.admit(asked, method, caller)
        return Call(
            services=self._services,
            method=method.name,
            given=asked.given,
            viewer=admitted.session_user or self._maker(admitted, asked),
            session_user=admitted.session_user,
            application_id=admitted.application.application_id,
            api_key=admitted.application.api_key,
            root=self._root,
            address=caller.address,
            agent=caller.agent,
            now=self._services.clock.now(),
            raw=asked.raw,
            verb=caller.verb,
            strict=admitted.strict,
            client=_client(admitted, caller),
            keep=not self._services.selftest.discards(admitted.application.api_key),
        )

    def _maker(self, admitted: Admitted, asked: Decoded) -> User | None:
        """Who made the key, as whom it reads. Keys travel in addresses: as somebody private it reads only with a
        signature, or where that person allowed the key alone."""
        application = admitted.application
        maker = self._services.accounts.user(application.user_id) if application.user_id else None
        if maker is None or maker.visibility != "private" or application.read_alone:
            return maker
        return maker if self._gate.signed(asked, admitted) else None


def _client(admitted: Admitted, caller: Caller) -> str:
    """What the program is called. A key that nobody registered may be shared by several ("anything"): there the
    program's own word counts, if it says one."""
    application = admitted.application
    return application.name if application.verified else caller.agent or application.name
