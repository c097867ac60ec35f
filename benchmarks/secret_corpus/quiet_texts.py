"""Files that speak about secrets and hold none: translations, labels, documentation, placeholders, names, fields of schemas."""

from __future__ import annotations

__all__ = ["TEXTS"]

TEXTS = r"""
=== locales/de.json :: a translation into German
{
  "password": "<-text=Passwort>",
  "forgotPassword": "<-text=Passwort vergessen?>",
  "passwordRepeat": "<-text=Passwort wiederholen>",
  "token": "Zugangsschlüssel",
  "secret": "<-text=Geheimnis>",
  "apiKeyHint": "<-text=API-Schlüssel aus den Einstellungen kopieren>"
}
=== locales/fr.json :: a translation into French
{
  "password": "<-text=Mot de passe>",
  "forgot_password": "<-text=Mot de passe oublié ?>",
  "token_expired": "Votre jeton a expiré, reconnectez-vous.",
  "secret": "<-text=Secret partagé>",
  "pwd": "<-text=Mdp>"
}
=== locales/es.yml :: a translation into Spanish
es:
  activerecord:
    attributes:
      user:
        password: Contraseña
        password_confirmation: Confirmación
        reset_password_token: Código
        api_key: Clave
=== locales/pl.po :: a translation into Polish
msgid "password"
msgstr "hasło"

msgid "secret token"
msgstr "tajny_żeton"

msgid "Password"
msgstr "Hasło"
=== locales/ru.json :: a translation into Russian
{"password": "Пароль", "secret": "Секрет", "token": "Токен", "apiKey": "<-text=Ключ-API>", "passwordHint": "Минимум-10-знаков"}
=== locales/ja.json :: a translation into Japanese
{"password": "パスワード", "currentPassword": "現在のパスワード", "secretKey": "秘密鍵", "accessToken": "アクセストークン"}
=== locales/zh-CN.ts :: a translation into Chinese
export default {
  login: { password: '密码', passwordPlaceholder: '请输入密码', token: '令牌', secret: '密钥' },
  errors: { password: '密码错误', tokenExpired: '登录已过期' },
};
=== locales/ar.json :: a translation into Arabic
{"password": "كلمة_المرور", "forgotPassword": "هل نسيت كلمة المرور؟", "token": "الرمز", "secret": "السر"}
=== locales/tr.properties :: a translation into Turkish
login.password=Parola
login.password.repeat=ParolaTekrar
login.token=Jeton
account.secret=Gizli
=== locales/nl.xlf :: a translation into Dutch
<trans-unit id="password"><source>Password</source><target>Wachtwoord</target></trans-unit>
<trans-unit id="forgotPassword"><source>Forgot password?</source><target>Wachtwoord_vergeten</target></trans-unit>
<trans-unit id="secret"><source>Secret</source><target>Geheim</target></trans-unit>
=== app/src/main/res/values-pt/strings.xml :: a translation into Portuguese
<resources>
    <string name="password">Senha</string>
    <string name="password_confirm">ConfirmarSenha</string>
    <string name="api_key">Chave-de-acesso</string>
    <string name="error_invalid_password">A senha é curta demais</string>
</resources>
=== Resources/it.lproj/Localizable.strings :: a translation into Italian
"password" = "Parola d'accesso";
"secret" = "<-text=Segreto>";
"reset_password_token" = "<-text=Codice_di_ripristino>";
"api_key" = "<-text=Chiave>";
=== translations/messages.sv.yaml :: a translation into Swedish
form:
    password: Lösenord
    new_password: Nytt-lösenord
    secret: Hemlighet
    token: Kod
=== locales/ko.json :: a translation into Korean
{"password": "비밀번호", "confirmPassword": "비밀번호확인", "secret": "비밀", "token": "토큰"}
=== locales/cs.php :: a translation into Czech
<?php
return ['password' => '<-text=Heslo>', 'secret' => '<-text=Tajemství>', 'passwords' => ['sent' => 'Odkaz byl odeslán']];
=== locales/fi.resx :: a translation into Finnish
<data name="Password" xml:space="preserve"><value>Salasana</value></data>
<data name="ConfirmPassword" xml:space="preserve"><value>VahvistaSalasana</value></data>
<data name="Secret" xml:space="preserve"><value>Salaisuus</value></data>
=== locales/hu.json :: names of keys in the values
{"auth.password": "<-text=jelszo>", "auth.secret": "<-text=auth.secret>", "auth.token": "{{count}} token",
 "auth.api_key": "<-text=API-kulcs>"}
=== locales/el.json :: a translation into Greek
{"password": "Κωδικός", "passwordConfirm": "Επιβεβαίωση", "secret": "Μυστικό"}
=== locales/hi.json :: a translation into Hindi
{"password": "पासवर्ड", "secret": "रहस्य", "token": "टोकन"}
=== src/LoginForm.vue :: labels of a form
<template>
  <form @submit.prevent="login">
    <input v-model="password" type="password" name="password" placeholder="Password" autocomplete="current-password" />
    <a class="forgot-password-link" href="/password/reset">Forgot your password?</a>
  </form>
</template>
<script>
export default { data: () => ({ password: '', passwordType: 'password', tokenLabel: 'One-time code' }) };
</script>
=== templates/login.html :: identifiers and classes of a form
<label for="id_password" class="form-label password-label">Password</label>
<input id="id_password" name="password" type="password" data-toggle="password-visibility" required>
<input type="hidden" name="csrfmiddlewaretoken" value="{{ csrf_token }}">
<input type="hidden" name="token" value="{{ form.token.value }}">
=== styles/login.css :: selectors
.password-strength-meter { width: 100%; }
#current-password-token::placeholder { color: #666; }
input[type="password"] { font-family: monospace; }
=== tests/login.cy.js :: selectors of a browser test
describe('login', () => {
  const passwordInput = '[data-testid="login-password-input"]';
  const tokenInput = '#two-factor-token';
  it('shows the password', () => cy.get(passwordInput).should('have.attr', 'type', 'password'));
});
=== src/messages.py :: texts of messages
PASSWORD_RESET_SUBJECT = "<-text=Reset your password>"
PASSWORD_RESET_TEMPLATE = "<-text=accounts/password_reset_email.html>"
TOKEN_INVALID = "The token is not valid, or it was used before."
SECRET_MISSING = "<-text=no-secret-configured>"
PASSWORD_CHANGED = "<-text=password-changed>"
=== src/constants.py :: names of settings and headers
SECRETS_PATH_ENV = "<-text=SHOP_SECRETS_PATH>"
API_KEY_HEADER = "<-text=X-Shop-Api-Key>"
TOKEN_COOKIE = "shop_access_token"
PASSWORD_FIELD = "password"
SESSION_TOKEN_KEY = "session-token"
CLIENT_SECRET_ENV_VAR = "<-text=SHOP_CLIENT_SECRET>"
PASSWORD_HASHER = "<-text=django.contrib.auth.hashers.Argon2PasswordHasher>"
=== src/types.ts :: types of tokens
export type TokenType = 'access_token' | 'refresh_token' | 'urn:ietf:params:oauth:token-type:jwt';
export const GRANT_PASSWORD = 'password';
export const tokenKind = { secret: '<-text=client_secret_basic>', key: 'private_key_jwt' } as const;
export interface Credentials { password: string; apiKey?: string; secret: Uint8Array }
=== src/actions.js :: names of actions
export const RESET_PASSWORD = '<-text=auth/RESET_PASSWORD>';
export const SET_TOKEN = 'session/SET_TOKEN';
export const FETCH_SECRET_SUCCESS = '<-text=vault/FETCH_SECRET_SUCCESS>';
=== src/Routes.kt :: routes
object Routes {
    const val PASSWORD_RESET = "/account/password/reset/{token}"
    const val TOKEN = "/oauth2/token"
    const val SECRET_SANTA = "/games/secret-santa"
}
=== README.md :: placeholders in documentation
# Client

    export OPENAI_API_KEY=your-openai-api-key
    export STRIPE_SECRET_KEY="<-text=sk-...>"
    export DATABASE_URL=postgres://user:password@host:5432/database

Then call `login(user="me", password="***")`, or pass `--api-key <KEY>`.
=== .env.example :: an example without values
APP_KEY=
DB_PASSWORD=changeme!
JWT_SECRET=replace-this-with-a-long-random-text
STRIPE_SECRET_KEY=sk_test_xxxxxxxxxxxxxxxxxxxxxxxx
OPENAI_API_KEY=your-openai-api-key
GITHUB_TOKEN=ghp_<-text=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx>
SENDGRID_API_KEY=SG.xxxxx.yyyyy
SMTP_PASSWORD=<your password>
=== .env.sample :: todo and blanks
SECRET_KEY=TODO
API_TOKEN="insert token here"
ADMIN_PASSWORD=CHANGE_ME_BEFORE_USE
WEBHOOK_SECRET=__WEBHOOK_SECRET__
PRIVATE_KEY_PATH=./keys/private.pem
=== config.sample.php :: placeholders in PHP
<?php
define('DB_USER', 'username_here');
define('DB_PASSWORD', 'password_here');
define('AUTH_KEY', 'put your unique phrase here');
define('API_KEY', 'YOUR-API-KEY');
=== config.example.yml :: placeholders in YAML
database:
  user: <username>
  password: <password>
api:
  key: "XXXX-XXXX-XXXX-XXXX"
  secret: "********"
  token: REPLACE_ME
  webhook_secret: "{your-webhook-secret}"
=== terraform.tfvars.example :: placeholders in HCL
db_password   = "<-text=use-a-strong-password>"
github_token  = "<personal access token>"
api_key       = "0000000000000000"
slack_webhook = "https://hooks.slack.com/services/XXX/YYY/ZZZ"
=== docs/api.md :: descriptions of parameters
| name | type | description |
|---|---|---|
| `password` | string | The password of the account, at least ten signs |
| `api_key` | string | `Your-Api-Key` from the settings page |
| `token` | string | see Authentication |

Send `Authorization: Bearer YOUR_ACCESS_TOKEN` with every request.
=== docs/aws.md :: the example keys of Amazon's documentation
Configure the client as Amazon's guide shows:

    aws_access_key_id = <-aws-example-id>
    aws_secret_access_key = <-aws-example-key>
=== docs/jwt.md :: the example token of jwt.io's documentation
A token has three parts: `xxxxx.yyyyy.zzzzz`. The header of one is `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9`.
=== openapi.yaml :: a schema with examples
components:
  securitySchemes:
    ApiKeyAuth: {type: apiKey, in: header, name: X-Api-Key}
    OAuth2:
      type: oauth2
      flows: {password: {tokenUrl: https://login.acmetools.net/oauth/token, scopes: {}}}
  schemas:
    Login:
      properties:
        password: {type: string, format: password, example: correct-horse, minLength: 10}
        token: {type: string, example: string}
=== schema.graphql :: fields of an API
type Mutation {
  login(email: String!, password: String!): Token
  resetPassword(token: String!, newPassword: String!): Boolean
}
type Token { accessToken: String! refreshToken: String secret: ID }
=== schema.prisma :: columns of a model
model User {
  id            String   @id @default(cuid())
  password      String   @db.VarChar(60)
  resetToken    String?  @unique(map: "users_reset_token_key")
  apiKey        ApiKey?
}
=== proto/auth.proto :: fields of messages
message LoginRequest {
  string username = 1;
  string password = 2 [(validate.rules).string = {min_len: 10}];
  string client_secret = 3;
}
=== migrations/0007_tokens.py :: columns of a table
operations = [
    migrations.AddField("user", "password", models.CharField(max_length=128, verbose_name="password")),
    migrations.RenameField("user", "secret", "totp_secret_encrypted"),
    migrations.AddField("user", "api_token", models.CharField(default="", max_length=64)),
]
=== src/validators.js :: expressions for passwords
export const passwordPattern = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{10,}$/;
export const tokenPattern = '^[A-Za-z0-9_-]{43}$';
export const apiKeyRegex = "<-text=ak_[0-9a-f]{32}>";
=== grammar/lexer.ts :: tokens of a language
const token = { type: 'IDENTIFIER', value: 'password' };
export const TOKENS = { key: 'KEYWORD', secret: '<-text=SECRET_LITERAL>', pass: 'PASS_STATEMENT' };
const tokenizer = new Tokenizer({ token: 'punctuation.definition.string.begin' });
=== prism/theme.json :: colours of tokens
{"tokenColors": [{"scope": "entity.name.token", "settings": {"foreground": "#A6E22E"}}],
 "semanticTokenColors": {"keyword": "#f92672"}}
=== keyboard/shortcuts.json :: keys of a keyboard
{"keys": [{"key": "ctrl+shift+alt+p", "command": "password.generate"}, {"key": "cmd+k cmd+s", "command": "secrets.show"}]}
=== data/countries.csv :: keys of a data set
key,name,token
primary_key_region_17,Auvergne-Rhône-Alpes,FR-ARA
primary_key_region_18,Île-de-France,FR-IDF
=== logging.conf :: names of loggers
[loggers]
keys=root,passwordReset,tokenRefresh
[logger_tokenRefresh]
qualname=shop.auth.token_refresh_scheduler
handlers=console
=== CHANGELOG.md :: a change about passwords
## 4.2.0

- Password: minimum length is 12 now.
- Token: `refresh_token` is rotated with each use.
- secret: renamed `client-secret` to `client-credentials-secret`.
=== docs/man/shop.1 :: options of a program
.TH SHOP 1
.B \-\-password PASSWORD
The password of the user. Read from SHOP_PASSWORD if it is left out.
.B \-\-api\-key=KEY
=== src/cli.py :: options of a program
import click


@click.option("--password", prompt="Password", hide_input=True, envvar="SHOP_PASSWORD", help="password of the account")
@click.option("--token", metavar="TOKEN", default=None, show_default="read-from-keyring")
def login(password: str, token: str | None) -> None: ...
=== src/errors.go :: errors about tokens
package auth

import "errors"

var (
	ErrBadPassword  = errors.New("auth: password-does-not-match")
	ErrTokenExpired = errors.New("auth: token is expired")
)
const MetricTokenRefresh = "auth_token_refresh_total"
=== src/PasswordController.php :: rules and messages
<?php
$rules = ['password' => '<-text=required|string|min:10|confirmed>', 'token' => 'required|uuid'];
$messages = ['password.required' => 'auth.password_required', 'token' => 'passwords.token'];
=== wizard.json :: questions of a project generator
{"questions": [{"name": "dbPassword", "type": "password", "message": "Database password", "default": "none"},
 {"name": "secretKey", "type": "password", "message": "Secret key (leave empty to generate one)"}]}
=== cookiecutter.json :: templates of a project generator
{"project_name": "shop", "secret_key": "{{ random_ascii_string(50) }}", "db_password": "{% now 'utc' %}", "api_token": "none"}
=== docs/passwords.rst :: bad passwords in a text about passwords
Do not use a password such as ``password``, ``123456``, ``qwerty`` or ``letmein``.

Password: hidden while you type.
=== .github/ISSUE_TEMPLATE/bug.yml :: texts of a form
body:
  - type: textarea
    attributes:
      label: Configuration
      placeholder: |
        password: (removed)
        token: [REDACTED]
        api_key: ****
=== mocks/handlers.ts :: marked values of a fake server
export const handlers = [
  rest.post('/login', (_req, res, ctx) => res(ctx.json({ token: 'fake-token', password: undefined }))),
  rest.get('/me', (_req, res, ctx) => res(ctx.json({ apiKey: 'test-api-key', secret: 'not-a-secret' }))),
];
=== tests/test_login.py :: throwaway words of a test
def test_wrong_password(client):
    assert client.post("/login", data={"user": "anna", "password": "<-text=wrong-password>"}).status_code == 401


def test_token_is_needed(client):
    assert client.get("/me", headers={"Authorization": "Bearer invalid"}).status_code == 401
"""
