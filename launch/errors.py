"""Every way a launch can fail: one stable code, one HTTP status, one sentence for the clinician.

The sentences never hold a token, a code, a state or a word about the patient. What the EHR itself
said travels apart in `said`, to be shown as plain text and never logged. Numbers are never reused.

| code | status | when |
|---|---|---|
| CMM-1001 | 403 | the `iss` is not in the tenant file; nothing is contacted |
| CMM-1002 | 400 | the launch request has no usable `launch` value |
| CMM-1003 | 502 | discovery gave no usable answer |
| CMM-1004 | 502 | a published endpoint is not on a pinned host |
| CMM-1005 | 502 | the EHR does not offer PKCE with S256 |
| CMM-1006 | 502 | the EHR publishes an issuer that is not registered |
| CMM-1007 | 502 | a host resolves to a private network that the tenant does not allow |
| CMM-1008 | 403 | several customers share the `iss` and nothing says which one this is |
| CMM-1009 | 400 | the hand-over to a new window is unknown, used or too old |
| CMM-1010 | 400 | the callback's state is unknown |
| CMM-1011 | 400 | the callback's state was already used |
| CMM-1012 | 403 | the callback's state belongs to another browser |
| CMM-1013 | 400 | the callback's state is too old |
| CMM-1014 | 400 | the callback holds neither a code nor an error |
| CMM-1015 | 403 | the EHR answered the launch with an error |
| CMM-1016 | 403 | the callback names another issuer or arrived at another tenant's address |
| CMM-1020 | 502 | the token endpoint refused |
| CMM-1021 | 502 | the token endpoint's answer cannot be read |
| CMM-1022 | 504 | the token endpoint did not answer |
| CMM-1023 | 502 | the answer holds no access token |
| CMM-1024 | 502 | the access token is not a bearer token |
| CMM-1025 | 409 | no patient came with the launch |
| CMM-1030 | 502 | no id_token came, so nobody could sign |
| CMM-1031 | 403 | the id_token cannot be read |
| CMM-1032 | 403 | the id_token uses a signature method that is not allowed |
| CMM-1033 | 403 | the id_token is from an issuer that is not registered |
| CMM-1034 | 502 | the issuer's keys cannot be fetched |
| CMM-1035 | 403 | the id_token's signature does not fit any key |
| CMM-1036 | 403 | the id_token is meant for another application |
| CMM-1037 | 403 | the id_token belongs to another sign-in (nonce) |
| CMM-1038 | 403 | the id_token is expired or not yet valid |
| CMM-1039 | 403 | the id_token does not say who signed in |
| CMM-1040 | 401 | the session is unknown, ended, or of another browser |
| CMM-1041 | 401 | the session was idle too long |
| CMM-1042 | 401 | the session reached its longest allowed age |
| CMM-1043 | 401 | access ran out and the EHR gave no way to renew it |
| CMM-1044 | 401 | the EHR refuses to renew access |
| CMM-1045 | 502 | renewing access failed for now |
| CMM-1046 | 401 | the EHR refuses access that was renewed a moment ago |
| CMM-1047 | 500 | a stored secret cannot be opened |
| CMM-1050 | 500 | the tenant file has mistakes (at start) |
| CMM-1051 | 500 | a key or secret named in the tenant file is missing or unusable (at start) |
"""

from enum import Enum

_AGAIN = "Open the app again from the patient's chart."


class Why(Enum):
    """One row of the table above; `{ehr}` is filled with the tenant's name for people."""

    UNKNOWN_EHR = (
        "CMM-1001",
        403,
        "This EHR is not registered with Concordance, so nothing was opened. Ask your integration team to register it.",
    )
    LAUNCH_UNREADABLE = "CMM-1002", 400, f"The EHR's launch request is incomplete. {_AGAIN}"
    DISCOVERY_FAILED = (
        "CMM-1003",
        502,
        "{ehr} did not say where to sign in. Try again in a minute; if it stays, tell your integration team.",
    )
    HOST_NOT_PINNED = (
        "CMM-1004",
        502,
        "{ehr} points to an address that is not registered for it, so the launch was stopped. Tell your integration team.",
    )
    NO_S256 = (
        "CMM-1005",
        502,
        "{ehr} does not offer the sign-in protection that Concordance requires (PKCE S256). Tell your integration team.",
    )
    ISSUER_NOT_REGISTERED = (
        "CMM-1006",
        502,
        "{ehr} presents an issuer that is not registered for it, so the launch was stopped. Tell your integration team.",
    )
    PRIVATE_ADDRESS = (
        "CMM-1007",
        502,
        "The EHR's address leads into a private network that is not registered, so the launch was stopped. Tell your integration team.",
    )
    UNKNOWN_CUSTOMER = (
        "CMM-1008",
        403,
        "Several sites share this EHR's address, and the launch does not say which registered one it comes from. Tell your integration team.",
    )
    HAND_OVER_OVER = (
        "CMM-1009",
        400,
        f"The new window was opened too late or twice, so nothing was opened. {_AGAIN}",
    )
    STATE_UNKNOWN = "CMM-1010", 400, f"This sign-in was not started here. {_AGAIN}"
    STATE_USED = "CMM-1011", 400, f"This sign-in was already used once. {_AGAIN}"
    OTHER_BROWSER = "CMM-1012", 403, f"This sign-in was started in another browser window. {_AGAIN}"
    STATE_EXPIRED = "CMM-1013", 400, f"This sign-in took longer than ten minutes. {_AGAIN}"
    CALLBACK_EMPTY = "CMM-1014", 400, "{ehr} came back without an answer. " + _AGAIN
    EHR_ERROR = "CMM-1015", 403, "{ehr} refused the launch. " + _AGAIN
    OTHER_ISSUER = (
        "CMM-1016",
        403,
        f"The answer came from another system than the one that was asked. {_AGAIN}",
    )
    TOKEN_REFUSED = "CMM-1020", 502, "{ehr} refused to give access. " + _AGAIN
    TOKEN_UNREADABLE = "CMM-1021", 502, "{ehr} gave an answer that cannot be read. " + _AGAIN
    TOKEN_SILENT = "CMM-1022", 504, "{ehr} did not answer in time. " + _AGAIN
    NO_ACCESS_TOKEN = "CMM-1023", 502, "{ehr} answered without giving access. " + _AGAIN
    NOT_BEARER = (
        "CMM-1024",
        502,
        "{ehr} gave a kind of access that Concordance cannot use. Tell your integration team.",
    )
    NO_PATIENT = (
        "CMM-1025",
        409,
        "{ehr} did not say whose chart is open. Open a patient's chart and start the app from there.",
    )
    NO_ID_TOKEN = (
        "CMM-1030",
        502,
        "{ehr} did not say who is signed in, so no plan could be signed. Tell your integration team.",
    )
    ID_UNREADABLE = "CMM-1031", 403, "{ehr} said who is signed in, but it cannot be read. " + _AGAIN
    ID_ALGORITHM = (
        "CMM-1032",
        403,
        "The sign-in from {ehr} is signed in a way that is not allowed. Tell your integration team.",
    )
    ID_ISSUER = (
        "CMM-1033",
        403,
        "The sign-in names an issuer that is not registered for {ehr}. Tell your integration team.",
    )
    ID_KEYS = (
        "CMM-1034",
        502,
        "The keys to check the sign-in of {ehr} cannot be fetched. Try again in a minute.",
    )
    ID_SIGNATURE = (
        "CMM-1035",
        403,
        "The sign-in's signature is not from {ehr}, so it was refused. " + _AGAIN,
    )
    ID_AUDIENCE = "CMM-1036", 403, f"The sign-in was meant for another application. {_AGAIN}"
    ID_NONCE = "CMM-1037", 403, f"The sign-in belongs to another launch. {_AGAIN}"
    ID_TIME = "CMM-1038", 403, f"The sign-in is no longer valid. {_AGAIN}"
    ID_SUBJECT = "CMM-1039", 403, "{ehr} did not say who is signed in. Tell your integration team."
    SESSION_UNKNOWN = "CMM-1040", 401, f"This session has ended. {_AGAIN}"
    SESSION_IDLE = (
        "CMM-1041",
        401,
        f"The session was closed because it was not used for a while. {_AGAIN}",
    )
    SESSION_OLD = "CMM-1042", 401, f"The session reached its longest allowed time. {_AGAIN}"
    ACCESS_OVER = "CMM-1043", 401, f"The EHR's permission has run out. {_AGAIN}"
    RENEWAL_REFUSED = "CMM-1044", 401, "{ehr} no longer renews its permission. " + _AGAIN
    RENEWAL_FAILED = (
        "CMM-1045",
        502,
        "{ehr} could not renew its permission just now. Nothing was lost; try again in a minute.",
    )
    RENEWED_IN_VAIN = (
        "CMM-1046",
        401,
        "{ehr} does not accept the permission it has just renewed. " + _AGAIN,
    )
    SEAL_BROKEN = "CMM-1047", 500, f"Stored access cannot be opened. {_AGAIN}"
    TENANT_FILE = "CMM-1050", 500, "The tenant file can't be used."
    CREDENTIAL_MISSING = "CMM-1051", 500, "The key or secret of {ehr} is missing or unusable."

    def __init__(self, code: str, status: int, sentence: str) -> None:
        self.code = code
        self.status = status
        self.sentence = sentence


class LaunchError(Exception):
    """A launch or its session stopped; `str()` is the code and the sentence and nothing else."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int,
        *,
        said: str | None = None,
        link: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        # The EHR's own words and help page (error_description, error_uri): text and link only.
        self.said = said
        self.link = link

    @classmethod
    def of(
        cls, why: Why, ehr: str = "The EHR", *, said: str | None = None, link: str | None = None
    ) -> "LaunchError":
        message = why.sentence.format(ehr=ehr)
        return cls(why.code, message, why.status, said=said, link=link)


class TenantFileError(LaunchError):
    """The tenant file cannot be used; `mistakes` holds one clear line for each."""

    def __init__(self, mistakes: tuple[str, ...], file: str = "") -> None:
        self.mistakes = mistakes
        named = f"The tenant file {file}".strip()
        message = (
            f"{named} can't be used: {'; '.join(mistakes)}. Correct it there; docs/integration.md "
            "says what each setting is."
        )
        super().__init__(Why.TENANT_FILE.code, message, Why.TENANT_FILE.status)
