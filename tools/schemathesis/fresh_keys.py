"""A hook for schemathesis: an Idempotency-Key that was used for another request gives way to one of its own.

Generators make the same few keys again and again. The service would refuse most of the requests that it should accept, and
what it does with them would not be tested. The same request with the same key still is a repetition.
"""

import uuid

import schemathesis

KEY = "Idempotency-Key"
first_uses = {}


@schemathesis.hook
def before_call(context, case, **kwargs):
    headers = case.headers or {}
    key = headers.get(KEY)
    if not isinstance(key, str) or not 0 < len(key) <= 255:
        return  # there is none, or a wrong one, which is the point
    request = f"{case.method} {case.formatted_path} {case.body!r}"
    if first_uses.setdefault(key, request) != request:
        headers[KEY] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{key} {request}"))
