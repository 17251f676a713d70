"""Who may do what, and how much of it: free of frameworks, called by the outermost layer.

No credential is ever taken from a query string, and none is ever logged.
"""

from chandlery.api.access.assembly import Protection, protection_of
from chandlery.api.access.errors import AccessError, CredentialError, ForbiddenError
from chandlery.api.access.guard import Guard, Rules
from chandlery.api.access.keys import ApiKey, Issued, Keys, first_admin_key
from chandlery.api.access.limits import RateLimits, Verdict, cost_of, headers_of
from chandlery.api.access.origins import Origins
from chandlery.api.access.places import Places
from chandlery.api.access.principal import Principal, Scope
from chandlery.api.access.tokens import Claims, Tokens

__all__ = [
    "AccessError",
    "ApiKey",
    "Claims",
    "CredentialError",
    "ForbiddenError",
    "Guard",
    "Issued",
    "Keys",
    "Origins",
    "Places",
    "Principal",
    "Protection",
    "RateLimits",
    "Rules",
    "Scope",
    "Tokens",
    "Verdict",
    "cost_of",
    "first_admin_key",
    "headers_of",
    "protection_of",
]
