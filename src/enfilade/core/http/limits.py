"""How many calls a program may make: a bucket of tokens per caller, so that one that runs wild does not stop the others.

Each worker process has buckets of its own and nothing is shared between them, so that a call costs no statement; with
N workers a caller has at most N times the rate. The headers are those of the IETF draft on RateLimit fields.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from enfilade.core.context import Context, Refusal

from .problems import problem_of

CALLERS_MAX = 10_000
WINDOW_S = 60
Handler = Callable[[HttpRequest], HttpResponse]


class TooMany(Refusal):
    """The caller's bucket is empty. wait_s: seconds until the next call."""

    status = 429

    def __init__(self, wait_s: int) -> None:
        super().__init__("too_many", f"That were too many calls. Go on in {wait_s} s.")
        self.wait_s = wait_s


@dataclass
class _Bucket:
    left: float
    at: float


class Limiter:
    """Buckets by caller; the ones that were not used for longest are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self.lock = threading.Lock()

    def take(self, caller: str, per_min: int) -> tuple[int, int]:
        """Take one call of `per_min` a minute. Gives how many are left, and the seconds until there is one more.

        Refuses: too_many.
        """
        with self.lock:
            now = self.clock()
            bucket = self.buckets.pop(caller, None) or _Bucket(per_min, now)
            bucket.left = min(per_min, bucket.left + (now - bucket.at) * per_min / WINDOW_S)
            bucket.at = now
            self.buckets[caller] = bucket
            if len(self.buckets) > CALLERS_MAX:
                self.buckets.popitem(last=False)
            missing_s = max(0, math.ceil((1 - bucket.left) * WINDOW_S / per_min))
            if bucket.left < 1:
                raise TooMany(max(1, missing_s))
            bucket.left -= 1
            return int(bucket.left), max(0, math.ceil((1 - bucket.left) * WINDOW_S / per_min))


LIMITER = Limiter()


def caller_of(ctx: Context) -> str:
    """By whose bucket a call counts: the token's, or the person's who is signed in."""
    return ctx.authority or f"{ctx.company_id}:{ctx.user.pk}"


def limit_middleware(get_response: Handler) -> Handler:
    """Count the calls of the API (API_RATE_PER_MIN; 0: uncounted) and say in each answer what is left."""

    def handle(request: HttpRequest) -> HttpResponse:
        ctx: Context | None = request.ctx  # type: ignore[attr-defined]
        per_min = settings.API_RATE_PER_MIN
        if ctx is None or not per_min or not request.path.startswith("/api/"):
            return get_response(request)
        try:
            left, more_in_s = LIMITER.take(caller_of(ctx), per_min)
        except TooMany as no:
            answer: HttpResponse = problem_of(no)
            answer["Retry-After"] = str(no.wait_s)
            left, more_in_s = 0, no.wait_s
        else:
            answer = get_response(request)
        answer["RateLimit-Policy"] = f'"caller";q={per_min};w={WINDOW_S}'
        answer["RateLimit"] = f'"caller";r={left};t={more_in_s}'
        return answer

    return handle
