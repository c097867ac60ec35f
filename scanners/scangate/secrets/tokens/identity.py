"""Tokens of identity providers, secret stores and captchas."""

from __future__ import annotations

from scangate.secrets.tokens.formats import ALNUM, BASE64URL, HEX, UPPER, UUID, Evidence, NamedFormat, TokenFormat, UrlFormat

FORMATS = (
    TokenFormat(
        "onepassword-service-account-token",
        "1Password service account token",
        "ops_eyJ",
        f"{BASE64URL}{{250,1200}}",
        "https://developer.1password.com/docs/service-accounts/security/",
        evidence=Evidence.DOCUMENTED,
    ),
    TokenFormat(
        "onepassword-secret-key",
        "1Password secret key",
        "A3-",
        f"{UPPER}{{6}}-(?:{UPPER}{{11}}|{UPPER}{{6}}-{UPPER}{{5}})-{UPPER}{{5}}-{UPPER}{{5}}-{UPPER}{{5}}",
        "https://support.1password.com/secret-key-security/",
        evidence=Evidence.DOCUMENTED,
    ),
    TokenFormat(
        "age-secret-key",
        "age secret key",
        "AGE-SECRET-KEY-1 AGE-SECRET-KEY-PQ-1",
        "[02-9AC-HJ-NP-Z]{58,2000}",
        "https://age-encryption.org/v1",
        evidence=Evidence.DOCUMENTED,
    ),
    TokenFormat(
        "ory-token",
        "Ory token",
        "ory_pat_ ory_apikey_ ory_at_ ory_rt_",
        f"{BASE64URL}{{32,90}}",
        "https://www.ory.com/docs/concepts/personal-access-token",
        evidence=Evidence.OBSERVED,
    ),
    TokenFormat(
        "hcaptcha-secret", "hCaptcha secret", "ES_", f"{HEX}{{32}}", "https://docs.hcaptcha.com/", evidence=Evidence.DOCUMENTED
    ),
    TokenFormat(
        "turnstile-secret-key",
        "Cloudflare Turnstile secret key",
        "0x4AAAAAAA",
        f"{BASE64URL}{{25,26}}",
        "https://developers.cloudflare.com/turnstile/get-started/",
        evidence=Evidence.DOCUMENTED,
    ),
    TokenFormat(
        "azure-entra-refresh-token",
        "Microsoft Entra refresh token",
        "0.A 1.A",
        f"{BASE64URL}{{50,60}}[.]Ag{BASE64URL}{{200,1600}}",
        "https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens",
        evidence=Evidence.OBSERVED,
    ),
    TokenFormat(
        "bitwarden-access-token",
        "Bitwarden access token",
        "0.",
        f"{UUID}[.]{ALNUM}{{30}}:[0-9A-Za-z+/]{{22}}==",
        "https://bitwarden.com/help/access-tokens/",
        evidence=Evidence.OBSERVED,
    ),
)
NAMED = (
    NamedFormat(
        "okta-api-token",
        "Okta API token",
        "okta ssws",
        BASE64URL,
        (42,),
        "https://developer.okta.com/docs/guides/create-an-api-token/main/",
        start="00",
        kinds="token key ssws secret",
        evidence=Evidence.OBSERVED,
    ),
    NamedFormat(
        "okta-client-secret",
        "Okta client secret",
        "okta",
        BASE64URL,
        (40, 64),
        "https://developer.okta.com/docs/guides/implement-grant-type/clientcreds/main/",
        kinds="secret",
        evidence=Evidence.ASSUMED,
    ),
    NamedFormat(
        "auth0-client-secret",
        "Auth0 client secret",
        "auth0",
        BASE64URL,
        (64,),
        "https://auth0.com/docs/get-started/applications/application-settings",
        kinds="secret",
        evidence=Evidence.OBSERVED,
    ),
    NamedFormat(
        "recaptcha-secret-key",
        "reCAPTCHA secret key",
        "recaptcha captcha",
        BASE64URL,
        (40,),
        "https://developers.google.com/recaptcha/docs/verify",
        kinds="secret private",
        start="6L",
        evidence=Evidence.OBSERVED,
    ),
    NamedFormat(
        "onelogin-client-secret",
        "OneLogin client secret",
        "onelogin",
        HEX,
        (64,),
        "https://developers.onelogin.com/api-docs/2/getting-started/working-with-api-credentials",
        kinds="secret",
        evidence=Evidence.ASSUMED,
    ),
    NamedFormat(
        "duo-secret-key",
        "Duo secret key",
        "duo skey",
        ALNUM,
        (40,),
        "https://duo.com/docs/adminapi",
        kinds="skey secret",
        evidence=Evidence.ASSUMED,
    ),
)
URLS: tuple[UrlFormat, ...] = ()
