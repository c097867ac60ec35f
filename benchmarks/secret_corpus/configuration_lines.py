"""Snippets of configuration formats that are read line by line or key by key."""

from __future__ import annotations

from .snippets import Language, split_snippets

__all__ = ["LINE_FORMATS"]

PROPERTIES = Language(
    "properties",
    (
        "src/main/resources/application.properties",
        "src/main/resources/application-<|prod|dev|qa>.properties",
        "conf/<~word>.properties",
        "gradle.properties",
        "local.properties",
    ),
    "# <~sentence>",
    "",
    split_snippets(r"""
spring.datasource.url=jdbc:postgresql://<~host>:5432/<~db>
spring.datasource.username=<~user>
spring.datasource.password=<+password>
%%
<~pw.dotted>=<+password.wild>
%%
<~kn.dotted> = <+secret>
%%
<~kn.camel>:<+secret.base64>
%%
server.ssl.key-store=classpath:keystore.p12
server.ssl.key-store-password=<+password.human>
%%
jdbc.url=jdbc:mysql://<~host>/<~db>?user=<~user>&password=<+password.random>
%%
signing.keyId=<~hex8>
signing.password=<+passphrase>
%%
hibernate.connection.password   <+password>
%%
#<~pw.dotted>=<+password>
%%
ldap.bind.credentials=<+password>
%%
spring.mail.properties.mail.smtp.auth=true
spring.mail.password=${MAIL_PASSWORD:<+password.random>}
%%
spring.security.oauth2.client.registration.<~word>.client-secret=<+secret.uuid>
"""),
    split_snippets(r"""
spring.datasource.password=<-text=${DB_PASSWORD}>
%%
label.password=<-text=Contraseña>
%%
error.password.short=<-text=The password needs ten signs or more.>
%%
password.encoder=<-text=org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder>
%%
server.ssl.key-store-type=<-text=PKCS12>
%%
login.token.validity=<-text=86400>
%%
password.policy.pattern=<-text=(?=.*[0-9])(?=.*[a-z]).{10,}>
%%
distributionSha256Sum=<-sha256>
%%
security.oauth2.client.access-token-uri=<-text=https://login.acmetools.net/oauth/token>
%%
jasypt.encryptor.password=<-text=${JASYPT_PASSWORD}>
spring.datasource.hikari.password=<-text=ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)>
%%
secret.name=<-text=prod/orders/postgres>
%%
build.revision=<-git-sha>
%%
key.column=<-text=customer_number>
"""),
)

INI = Language(
    "ini",
    ("<~word>.ini", "etc/<~app>.conf", "setup.cfg", "conf.d/<~word>.cfg", "config/<~word>.ini", "<~app>/production.ini"),
    "; <~sentence>\n[<~word>]",
    "",
    split_snippets(r"""
[database]
host = <~host>
user = <~user>
password = <+password>
%%
<~pw.snake>=<+password>
%%
<~kn.snake> = "<+secret>"
%%
sqlalchemy.url = mysql://<~user>:<+password.random>@<~host>/<~db>
%%
[smtp]
smtp_user = <~email>
smtp_password = <+password.wild>
%%
session.secret = <+secret.hex>
%%
[composite:<~word>]
beaker.session.secret: <+password.human>
%%
requirepass <+password>
%%
admin_passwd = <+password>
%%
auth = <~user>:<+password>
%%
rabbit_password=<+password.random>
transport_url = rabbit://<~user>:<+password.random>@<~host>:5672/
%%
bindpw <+password>
%%
;<~pw.snake> = <+password>
"""),
    split_snippets(r"""
password = <-text=%(DB_PASSWORD)s>
%%
password_file = <-text=/run/secrets/db>
%%
password_algorithm = <-text=argon2id>
%%
min_password_length = <-text=12>
%%
token_backend = <-text=keystone.token.providers.fernet>
%%
secret_key = <-text=CHANGE_ME>
%%
api_key = <-text={{ api_key }}>
%%
password_prompt = <-text=yes>
%%
key_file = <-text=/etc/ssl/private/host.key>
%%
commit = <-git-sha>
%%
auth_type = <-text=password>
%%
pw_reset_url = <-text=https://accounts.acmetools.net/reset>
"""),
)

TOML = Language(
    "toml",
    ("config.toml", "<~app>/Rocket.toml", "config/<~word>.toml", ".streamlit/secrets.toml", "wrangler.toml", "pyproject.toml"),
    '# <~sentence>\ntitle = "<~word>"\n',
    "",
    split_snippets(r"""
<~pw.snake> = "<+password>"
%%
<~kn.snake> = '<+secret>'
%%
[<~word>.database]
url = "postgres://<~user>:<+password.random>@<~host>:5432/<~db>"
%%
[<~word>.auth]
username = "<~user>"
password = "<+password>"
%%
<~kn.kebab> = "<+secret.base64>"
%%
[<~word>.vars]
<~kn.constant> = "<+secret.hex>"
%%
servers = [ { host = "<~host>", user = "<~user>", pass = "<+password>" } ]
%%
[<~word>.headers]
Authorization = "Bearer <+secret.urlsafe>"
%%
<~kn.snake> = '''
<+secret.hex64>'''
"""),
    split_snippets(r"""
checksum = "<-sha256>"
%%
password = "<-text=${PG_PASSWORD}>"
%%
password-env = "<-text=REGISTRY_PASSWORD>"
%%
hash = "sha256:<-sha256>"
%%
source = "git+https://github.com/<~firm>/<~word>?rev=<-git-sha>#<-git-sha>"
%%
token_url = "<-text=https://auth.acmetools.net/token>"
%%
secret = "<-text=YOUR SECRET HERE>"
%%
private-key-path = "<-text=certs/server-key.pem>"
%%
id = "<-uuid>"
%%
api_key = "<-text=none-set>"
"""),
)

DOTENV = Language(
    "dotenv",
    (".env", ".env.<|production|staging|local>", "docker/<~word>.env", "env/<~word>.env", ".envrc", "<~word>/.flaskenv"),
    "# <~sentence>\nNODE_ENV=production",
    "",
    split_snippets(r"""
<~pw.constant>=<+password>
%%
<~kn.constant>=<+secret>
%%
<~kn.constant>="<+secret.base64>"
%%
export <~kn.constant>='<+secret.urlsafe>'
%%
DATABASE_URL=postgres://<~user>:<+password.random>@<~host>:5432/<~db>
%%
DATABASE_URL="mysql://<~user>:<+password.wild|url>@<~host>/<~db>?serverVersion=5.7"
%%
DB_URL=mysql://<~user>:<+password.at>@<~host>:3306/<~db>
%%
MAIL_HOST=<~host>
MAIL_USERNAME=<~email>
MAIL_PASSWORD=<+password>
%%
MONGO_URI=mongodb://<~user>:<+password.human|url>@<~host>:27017/<~db>
%%
APP_KEY=base64:<+secret.base64-32>
%%
MAILER_DSN=smtp://<~user>:<+password.random>@<~host>:587
%%
REDIS_URL=rediss://default:<+password.random>@<~host>:6380/1
%%
# <~kn.constant>=<+secret>
%%
JWT_SECRET="<+passphrase>"
%%
<~pw.constant> = '<+password.wild>'  # <~sentence>
%%
RSA_KEY="<+key.rsa|json>"
"""),
    split_snippets(r"""
DB_PASSWORD=<-text=${VAULT_DB_PASSWORD}>
%%
DB_PASSWORD=<-text=changeme>
%%
API_KEY=<-text=your_api_key_here>
%%
GIT_COMMIT=<-git-sha>
%%
PASSWORD_FILE=<-text=/run/secrets/postgres-password>
%%
TOKEN_TTL=<-text=3600>
%%
DATABASE_URL=<-local-url>
%%
AUTH_METHOD=<-text=client_secret_basic>
%%
SENTRY_ENVIRONMENT=<-text=production>
%%
AWS_SECRET_NAME=<-text=prod/web/session>
%%
STRIPE_SECRET_KEY=<-text=sk_test_...>
%%
APP_ID=<-uuid>
%%
LOGIN_URL=<-text=https://sso.acmetools.net/realms/main/protocol/openid-connect/token>
"""),
)

YAML = Language(
    "yaml",
    (
        "config/<~word>.yml",
        "src/main/resources/application.yml",
        "<~word>.yaml",
        ".travis.yml",
        "conf/<~app>.yaml",
        "appveyor.yml",
        "_config.yml",
    ),
    "# <~sentence>",
    "",
    split_snippets(r"""
<~word>:
  host: <~host>
  username: <~user>
  password: <+password>
%%
<~pw.snake>: "<+password.wild>"
%%
<~kn.snake>: <+secret>
%%
<~kn.camel>: '<+secret.base64>'
%%
<~word>_<~int>:
  datasource: {url: "jdbc:mysql://<~host>/<~db>", username: <~user>, password: <+password.random>}
%%
<~word>_url: amqp://<~user>:<+password.random>@<~host>:5672/<~word>
%%
<~word>_dsn: "mysql://<~user>:<+password.at|url>@<~host>/<~db>"
%%
<~word>_env:
  - name: <~pw.constant>
    value: <+password>
  - name: LOG_LEVEL
    value: info
%%
<~word>_key: |
  <+key.rsa>
%%
<~word>_vars:
  - <~kn.constant>=<+secret.hex>
%%
<~kn.snake>: >-
  <+secret.hex64>
%%
<~word>_users:
  - login: <~user>
    passwd: <+password.human>
%%
? <~pw.snake>
: <+password>
%%
<~word>_script:
  - curl -sf -u <~user>:<+password> https://<~host>/deploy
%%
# <~pw.snake>: <+password>
%%
<~word>_headers: {Authorization: "Basic <+basic-auth>"}
"""),
    split_snippets(r"""
password: <-text=${DB_PASSWORD}>
%%
password: <-text=!vault>
%%
labels:
  password: <-text=Mot de passe>
  token: <-text=Jeton>
%%
secretName: <-text=orders-tls>
%%
api_key: "<-text={{ lookup('env', 'API_KEY') }}>"
%%
password: <-text=ENC[AES256_GCM,data:kD2J5w==,iv:1qj7TgkC3ZQe9h5u,tag:8aCwXl0uQm,type:str]>
%%
token: <-text=$(ACCESS_TOKEN)>
%%
password: <-text=null>
%%
image: <~firm>/<~app>@sha256:<-sha256>
%%
password_hash_rounds: <-text=12>
%%
deploy:
  secure: "<-ciphertext>"
%%
secret_key_ref: <-text=orders-secret/api-token>
%%
checksum: <-md5>
%%
passwordPlaceholder: "<-text=Enter your password>"
%%
queue: <-arn>
%%
token_endpoint_auth_method: <-text=client_secret_post>
"""),
)

HCL = Language(
    "terraform",
    ("main.tf", "terraform.tfvars", "modules/<~word>/variables.tf", "env/<|prod|staging>.auto.tfvars", "<~word>.tf", "<~word>.hcl"),
    "# <~sentence>",
    "",
    split_snippets(r"""
<~pw.snake> = "<+password>"
%%
<~kn.snake>    = "<+secret>"
%%
resource "aws_db_instance" "<~snake>" {
  identifier = "<~app>"
  username   = "<~user>"
  password   = "<+password>"
}
%%
variable "<~pw.snake>" {
  type    = string
  default = "<+password>"
}
%%
provider "postgresql" {
  host     = "<~host>"
  password = "<+password.random>"
}
%%
environment {
  variables = { <~kn.constant> = "<+secret.hex>", STAGE = "prod" }
}
%%
connection {
  type     = "ssh"
  user     = "root"
  password = "<+password>"
}
%%
container_definitions = jsonencode([{ environment = [{ name = "<~pw.constant>", value = "<+password>" }] }])
%%
user_data = <<-SCRIPT
  echo '<~user>:<+password>' | chpasswd
SCRIPT
%%
resource "kubernetes_secret" "<~snake>" {
  data = { username = "<~user>", password = "<+password>" }
}
"""),
    split_snippets(r"""
password = <-text=var.db_password>
%%
password = <-text=random_password.db.result>
%%
variable "db_password" {
  description = "<-text=Password of the master user, at least 16 signs>"
  sensitive   = true
}
%%
secret_id = "<-arn>"
%%
token = <-text=data.aws_eks_cluster_auth.this.token>
%%
manage_master_user_password = <-text=true>
%%
master_password_secret = "<-text=orders/prod/master>"
%%
hashes = ["h1:<-secret.base64>", "zh:<-sha256>"]
%%
key_name = "<-text=deploy-2024>"
%%
kms_key_id = "<-arn>"
%%
actions = ["<-text=secretsmanager:GetSecretValue>", "<-text=iam:UpdateLoginProfile>"]
"""),
)

DOCKERFILE = Language(
    "dockerfile",
    ("Dockerfile", "docker/<~word>/Dockerfile", "Dockerfile.<|dev|prod>", "<~word>.dockerfile"),
    "FROM debian:12-slim\n# <~sentence>",
    'CMD ["/usr/bin/<~word>"]',
    split_snippets(r"""
ENV <~pw.constant>=<+password>
%%
ENV <~kn.constant> <+secret>
%%
ENV APP_HOME=/srv \
    <~pw.constant>="<+password>" \
    LANG=C.UTF-8
%%
ARG <~kn.constant>=<+secret.hex>
%%
RUN echo "root:<+password>" | chpasswd
%%
RUN pip install --index-url https://<~user>:<+secret>@<~host>/simple <~word>
%%
RUN git clone https://<~user>:<+secret.hex>@<~host>/<~firm>/<~word>.git /srv
%%
RUN curl -fsS -H "X-JFrog-Art-Api: <+secret>" -O https://<~host>/artifactory/<~word>.tgz
%%
RUN useradd -m <~user> && echo '<~user>:<+password>' | chpasswd
"""),
    split_snippets(r"""
ARG <-text=NPM_TOKEN>
%%
ENV DB_PASSWORD=<-text=${DB_PASSWORD}>
%%
RUN --mount=type=secret,id=<-text=npm_token>,target=/root/.npmrc npm ci
%%
RUN echo "<-sha256> /tmp/<~word>.tgz" | sha256sum -c -
%%
ENV POSTGRES_PASSWORD_FILE=<-text=/run/secrets/pg>
%%
LABEL org.opencontainers.image.revision=<-git-sha>
%%
ENV GPG_KEY=<-gpg-fingerprint>
%%
HEALTHCHECK CMD curl -u "<-text=$HEALTH_USER:$HEALTH_PASSWORD>" http://localhost/health
"""),
)

MARKDOWN = Language(
    "text",
    ("README.md", "docs/<~word>.md", "NOTES.txt", "docs/install.rst", "CONTRIBUTING.md", "doc/<~word>.adoc", "todo.txt"),
    "# <~class>\n\n<~sentence>\n",
    "",
    split_snippets(r"""
Login with `<~user>` / `<+password>`.
%%
The password is: <+password>
%%
* <~kn.spaced>: <+secret>
%%
| host | user | password |
|------|------|----------|
| <~host> | <~user> | <+password> |
%%
    curl -H "Authorization: Bearer <+secret.urlsafe>" https://<~host>/api/<~word>
%%
```
export <~kn.constant>=<+secret.hex>
```
%%
Connect: mongodb://<~user>:<+password.random>@<~host>/<~db>
%%
WiFi <~firm>-office, pwd <+password.human>
%%
ssh <~user>@<~host> (pw: <+password>)
%%
$ mysql -u<~user> -p<+password> <~db>
%%
[![build](https://<~host>/badge/<~word>.svg?token=<+secret.hex>)](https://<~host>/<~word>)
"""),
    split_snippets(r"""
Set the password with `<-text=--password>` or in `<-text=DB_PASSWORD>`.
%%
| `api_key` | <-text=string, required: the key of your account> |
%%
    curl -H "Authorization: Bearer <-text=$TOKEN>" https://api.acmetools.net/v1/me
%%
Password: <-text=at least ten signs, one of them a digit>
%%
export API_KEY=<-text=YOUR_API_KEY>
%%
SHA256: <-sha256>
%%
See commit <-git-sha>.
%%
Try it: `<-local-url>`
%%
`password: <-text=xxxxxxxx>`
%%
The token is <-text=rotated every ninety days>.
%%
Default login: user `<-text=admin>`, password as printed at the first start.
"""),
)

LINE_FORMATS = (PROPERTIES, INI, TOML, DOTENV, YAML, HCL, DOCKERFILE, MARKDOWN)
