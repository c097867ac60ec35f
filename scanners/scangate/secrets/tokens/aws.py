"""Credentials of Amazon Web Services. Account ids, ARNs and the ids of users and roles (AIDA, AROA, ...) are no secrets."""

from __future__ import annotations

from scangate.secrets.tokens.formats import ALNUM, BASE64, BASE64URL, HEX, LOWER, UPPER, UUID, Evidence, NamedFormat, TokenFormat

SECRET_KEY = f"{BASE64}{{40}}"
_B64 = "[0-9A-Za-z+/=]"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_ACCESS_KEYS = "AKIA ASIA ABIA ACCA"

FORMATS = (
    TokenFormat(
        "aws-access-key",
        "AWS access key",
        _ACCESS_KEYS,
        f"{UPPER}{{16}}",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        partner=SECRET_KEY,
        evidence=Evidence.DOCUMENTED,
    ),
    # Protocol buffers whose first field is the origin: "\x01\x0a\x03aws", "\x17\x0a\x06er/aws", "!\x0a\x09origin_ec"
    TokenFormat(
        "aws-session-token",
        "AWS session token",
        "AQoDYXdz FwoGZXIvYXdz FQoGZXIvYXdz IQoJb3JpZ2luX2Vj",
        f"{_B64}{{80,2000}}",
        "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html",
        evidence=Evidence.OBSERVED,
    ),
    TokenFormat(
        "aws-mws-auth-token",
        "Amazon MWS authorization token",
        "amzn.mws.",
        UUID,
        "https://developer-docs.amazon.com/sp-api/docs/migrate-your-authorization-from-amazon-mws",
        evidence=Evidence.OBSERVED,
    ),
    TokenFormat(
        "aws-login-client-secret",
        "Login with Amazon client secret",
        "amzn1.oa2-cs.v1.",
        f"{HEX}{{64}}",
        "https://developer-docs.amazon.com/sp-api/docs/viewing-your-application-information-and-credentials",
        evidence=Evidence.DOCUMENTED,
    ),
    TokenFormat(
        "aws-login-refresh-token",
        "Login with Amazon refresh token",
        "Atzr|Iw",
        f"{BASE64URL}{{200,700}}",
        "https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api",
        evidence=Evidence.OBSERVED,
    ),
    # the token and an ECDSA signature, in the cache of `aws sso login`
    TokenFormat(
        "aws-identity-center-token",
        "AWS IAM identity Center token",
        "aoaAAAAA aorAAAAA",
        f"{BASE64URL}{{60,200}}:M[EG][0-9A-Za-z+/]{{90,150}}={{0,2}}",
        "https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html",
        is_limited=True,
        evidence=Evidence.OBSERVED,
    ),
    # A web application shows it to its users; it expires after a year at most.
    TokenFormat(
        "aws-appsync-api-key",
        "AWS AppSync API key",
        "da2-",
        f"{LOWER}{{26}}",
        "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#api-key-authorization",
        is_limited=True,
        evidence=Evidence.DOCUMENTED,
    ),
    # base64 of "BedrockAPIKey-" and the name of the user after the prefix
    TokenFormat(
        "aws-bedrock-api-key",
        "Amazon Bedrock API key",
        "ABSKQmVkcm9ja0FQSUtleS",
        f"{_B64}{{60,260}}",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_bedrock.html",
        evidence=Evidence.DOCUMENTED,
    ),
    # base64 of a pre-signed URL that begins with "bedrock.amazonaws.com/?"
    TokenFormat(
        "aws-bedrock-short-term-api-key",
        "Amazon Bedrock short-term API key",
        "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tL",
        f"{_B64}{{100,4000}}",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html",
        is_limited=True,
        evidence=Evidence.OBSERVED,
    ),
    # Also the token for a database: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
    TokenFormat(
        "aws-signed-url",
        "AWS pre-signed URL",
        "",
        f"{HEX}{{64}}",
        "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html",
        after="X-Amz-Signature=",
        is_limited=True,
        evidence=Evidence.DOCUMENTED,
    ),
)
NAMED = (
    NamedFormat(
        "aws-secret-access-key",
        "AWS secret access key",
        "aws amazon s3 ses sqs sns dynamodb secretaccesskey secret_access_key accesskeysecret boto boto3",
        BASE64,
        (40,),
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        kinds="secret accesskey access_key access-key aws_key awskey",
        evidence=Evidence.OBSERVED,
    ),
    # one byte for the version, 4, and an HMAC-SHA256
    NamedFormat(
        "aws-ses-smtp-password",
        "Amazon SES SMTP password",
        "ses smtp amazonses",
        BASE64,
        (44,),
        "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
        start="B[A-P]",
        kinds="pass secret pwd",
        evidence=Evidence.OBSERVED,
    ),
    NamedFormat(
        "aws-codecommit-password",
        "AWS CodeCommit Git credential",
        "codecommit",
        BASE64,
        (43, 44),
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_ssh-keys.html",
        evidence=Evidence.ASSUMED,
    ),
    NamedFormat(
        "aws-cognito-client-secret",
        "Amazon Cognito app client secret",
        "cognito userpool user_pool",
        LOWER,
        (50, 51, 52),
        "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html",
        kinds="secret",
        evidence=Evidence.OBSERVED,
    ),
    NamedFormat(
        "aws-api-gateway-key",
        "Amazon API Gateway key",
        "execute-api apigateway api_gateway api-gateway",
        ALNUM,
        (40,),
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
        kinds="x-api-key api_key apikey",
        evidence=Evidence.ASSUMED,
    ),
)
