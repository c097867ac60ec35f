"""Generates files of untidy repositories: one format inside another, pieces of literals, patches, logs, minified code."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from .generators_tokens import TOKEN_KINDS
from .markup import LabelledFile, expand
from .snippets import split_files

__all__ = ["generate_untidy"]

FILES_PER_TEMPLATE = 4
WITH_CARRIAGE_RETURNS = 0.1
WITH_TABS = 0.1
WITH_BYTE_ORDER_MARK = 0.05


def generate_untidy(random: Random) -> Iterator[LabelledFile]:
    """Every template four times; some files have lines that end with CR LF, tabs, or a byte order mark."""
    for path, template in UNTIDY:
        for _ in range(FILES_PER_TEMPLATE):
            tabs = random.random() < WITH_TABS and not path.endswith((".yaml", ".robot"))
            text = template.replace("    ", "\t") if tabs else template
            if random.random() < WITH_BYTE_ORDER_MARK:
                text = "\ufeff" + text
            file = expand(path, text, random, TOKEN_KINDS, "untidy")
            if random.random() < WITH_CARRIAGE_RETURNS and not any("\n" in label.text for label in file.labels):
                file = LabelledFile(file.path, file.text.replace("\n", "\r\n"), file.labels)
            yield file


UNTIDY = split_files(r"""
=== src/<~word>.py
<~kn.constant> = ("<+secret>"
                  "")
URL = ("https://<~user>:"
       "<+password.random>@<~host>/<~word>")
HEADERS = json.loads('{"Authorization": "Bearer <+jwt>", "Accept": "<-text=application/json>"}')
BODY = "grant_type=<-text=password>&username=<~user>&password=<+password.random>&client_id=<-lower12>"
=== lib/<~camel>.js
var a="use strict",b={url:"https://<~host>",<~kn.camel>:"<+secret>",retries:3,cb:function(t){return t.token}},c="<-sha256>";
module.exports={login:function(u){return fetch(b.url+"?user="+u+"&password=<+password.random>")},token:function(){return b.token}};
=== dist/<~word>.min.js
!function(e){var t={password:"<-text=Password>",token:null};e.api=function(){return"https://<~host>/?key=<+token.google-api>&v=3"}}(window);
=== patches/<~word>.patch
diff --git a/config.py b/config.py
index <-hex8>..<-hex8> 100644
--- a/config.py
+++ b/config.py
@@ -1,4 +1,4 @@
-<~pw.constant> = "<+password>"
+<~pw.constant> = os.environ["<-text=DB_PASSWORD>"]
-<~kn.constant> = '<+secret.hex>'
+<~kn.constant> = None
=== chat/<~date>.txt
[10:02] <~user>: what was the login for <~host> again?
[10:02] <~user>: <~user> / <+password>
[10:03] <~user>: and the password reset page? <-text=https://sso.acmetools.net/reset>
[10:04] <~user>: the token for ci is <+token.gitlab-pat>, do not paste it anywhere :)
[10:05] <~user>: password is the same as <-text=always>
=== mail/<~word>.eml
From: <~email>
To: <~email>
Message-ID: <-uuid>@<~host>
Subject: <-text=Your new password>

Hello, your account was created.

Username: <~user>
Password: <+password>

Please change your password after the first login: <-text=https://www.acmetools.net/password/reset>
=== trace/<~word>.txt
Traceback (most recent call last):
  File "/srv/<~word>/db.py", line <~int>, in connect
    conn = connect("host=<~host> user=<~user> password=<+password.random> dbname=<~db>")
OperationalError: FATAL: <-text=password authentication failed for user> "<~user>"
=== debug/env.txt
HOSTNAME=<~word>
PATH=/usr/local/bin:/usr/bin
<~pw.constant>=<+password.random>
AWS_ACCESS_KEY_ID=<+aws-key-id@aws>
AWS_SECRET_ACCESS_KEY=<+token.aws-secret@aws>
GIT_COMMIT=<-git-sha>
GPG_AGENT_INFO=<-text=/run/user/1000/gnupg/S.gpg-agent:0:1>
INVOCATION_ID=<-md5>
=== debug/inspect.json
[{"Id": "<-sha256>", "Config": {"Env": ["PATH=/usr/bin", "<~pw.constant>=<+password>", "GPG_KEY=<-gpg-fingerprint>"],
 "Cmd": ["mysqld", "--password", "<+password.random>"], "Labels": {"commit": "<-git-sha>"}}}]
=== request/<~word>.http
POST https://<~host>/login HTTP/1.1
Content-Type: application/x-www-form-urlencoded
Cookie: lang=en; session=<+secret>
X-Request-Id: <-uuid>

username=<~user>&password=<+password.random>&csrf=<-text=none>

### <~sentence>
GET https://<~host>/v1/<~word>
Authorization: Basic <+basic-auth>
If-None-Match: "<-md5>"
=== scripts/<~word>.expect
spawn ssh <~user>@<~host>
expect "<-text=password:>"
send "<+password>\r"
expect "$ "
send "sudo -i\r"
expect "<-text=[sudo] password for>"
send "<+password.random>\r"
=== robot/<~word>.robot
*** Variables ***
${USER}         <~user>
${PASSWORD}     <+password>
${API_TOKEN}    <+secret.hex>
${LOCATOR}      <-text=id=login-password>
*** Keywords ***
Login
    Input Password    ${LOCATOR}    <-text=${PASSWORD}>
    Input Text        name=token    <+secret>
=== features/<~word>.feature
Feature: <-text=password reset>
  Scenario: login
    Given the user "<~user>" with password "<+password>"
    When I fill in "<-text=Password>" with "<+password.random>"
    Then I see "<-text=Your password was changed>"
=== jmeter/<~word>.jmx
<jmeterTestPlan>
  <elementProp name="password" elementType="HTTPArgument"><stringProp name="Argument.value"><+password></stringProp></elementProp>
  <stringProp name="Argument.name"><-text=password></stringProp>
  <stringProp name="Header.value">Bearer <+jwt></stringProp>
</jmeterTestPlan>
=== zap/<~word>.bicep
param adminUsername string = '<~user>'
param adminPassword string = '<+password.wild>'
@secure()
param sqlPassword string
var secretName = '<-text=sql-admin-password>'
resource kv 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = { name: 'kv/token', properties: { value: '<+secret.base64>' } }
=== arm/<~word>.parameters.json
{"parameters": {
  "administratorLogin": {"value": "<~user>"},
  "administratorLoginPassword": {"value": "<+password.wild>"},
  "adminPasswordOrKey": {"reference": {"keyVault": {"id": "<-text=/subscriptions/0/kv>"}, "secretName": "<-text=vm-password>"}},
  "sshPublicKey": {"value": "<-public.ssh>"}
}}
=== helmfile.d/<~word>.yaml
releases:
  - name: <~app>
    set:
      - name: postgresql.auth.password
        value: <+password.random>
      - name: image.tag
        value: "<-git-sha>"
      - {name: existingSecret, value: <-text=orders-postgres>}
    values:
      - auth: {rootPassword: "<+password>", existingSecretKey: <-text=mysql-root-password>}
=== cron/<~word>
MAILTO=<~email>
0 3 * * * <~user> mysqldump -u<~user> -p'<+password>' <~db> | gpg --passphrase <+password.random> -c > /backup/<~db>
5 3 * * * <~user> PASSWORD_FILE=<-text=/root/pw> /usr/local/bin/sync
*/5 * * * * root curl -fsS -u monitor:<+password.random> https://<~host>/ping > /dev/null
=== systemd/<~word>.service
[Service]
Environment="<~pw.constant>=<+password>" "LOG=info"
Environment=<~kn.constant>=<+secret>
EnvironmentFile=<-text=/etc/shop/secrets.env>
LoadCredential=<-text=token:/etc/shop/token>
ExecStart=/usr/bin/<~word> --db-password <+password.random> --token-file <-text=/run/token>
=== supervisor/<~word>.conf
[program:<~word>]
command=/srv/<~word> --port <~port>
environment=<~pw.constant>="<+password>",STAGE="prod",<~kn.constant>="<+secret.hex>"

[inet_http_server]
username = <~user>
password = <+password>
=== fixtures/<~word>.json
[{"model": "auth.user", "pk": 1, "fields": {"username": "<~user>", "password": "<+hash.django>"}},
 {"model": "shop.setting", "fields": {"name": "smtp_password", "value": "<+password>"}},
 {"model": "shop.text", "fields": {"name": "password", "value": "<-text=Passwort>"}}]
=== data/<~word>.csv
system;user;password;comment
<~app>;<~user>;<+password>;<~sentence>
<~app>;<~user>;<+password.wild>;
<~app>;<~user>;<-text=see vault>;<-text=password was rotated>
=== doc/<~word>.tex
\section{Access}
The database \texttt{<~db>} runs on \texttt{<~host>}, user \verb|<~user>|, password \verb|<+password>|.
\lstinline{export TOKEN=<+secret.hex>}
The field \texttt{<-text=password>} is mandatory.
=== wiki/<~class>.textile
h2. Servers

|_. host |_. login |
| <~host> | <~user>:<+password> |
| <~host> | <-text=see the password safe> |
=== notebooks/<~word>.Rmd
```{r}
con <- dbConnect(RPostgres::Postgres(), host = "<~host>", user = "<~user>", password = "<+password>")
Sys.setenv(<~kn.constant> = "<+secret>")
key <- <-text=keyring::key_get>("shop")
```
=== matlab/<~word>.m
conn = database('<~db>', '<~user>', '<+password>', 'Vendor', 'MySQL', 'Server', '<~host>');
options = weboptions('HeaderFields', {'X-Api-Key' '<+secret.hex>'});
label = '<-text=Password:>';
=== legacy/<~word>.vb
Dim conn As String = "Provider=SQLOLEDB;Data Source=<~host>;User ID=<~user>;Password=<+password>;"
Const API_KEY = "<+secret>"
txtPassword.Text = <-text=String.Empty>
=== legacy/<~word>.pas
const
  DBPassword = '<+password>';
begin
  Connection.Params.Values['Password'] := '<+password.random>';
  Label1.Caption := '<-text=Password:>';
end.
=== legacy/<~word>.asp
<%
conn.Open "DRIVER={SQL Server};SERVER=<~host>;UID=<~user>;PWD=<+password>;DATABASE=<~db>"
Const SecretKey = "<+secret.hex>"
lblPassword = "<-text=Enter your password>"
%>
=== cobol/<~word>.jcl
//STEP1 EXEC PGM=FTP
//INPUT DD *
<~host>
<~user> <+password.human>
PUT '<~word>.DATA'
=== game/<~word>.gd
const <~kn.constant> := "<+secret>"
var password: String = "<+password>"
export(String) var token = <-text=get_token>()
=== elixir/<~word>.exs
config :<~word>, Repo, url: "ecto://<~user>:<+password.random>@<~host>/<~db>"
@<~kn.snake> "<+secret>"
plug :put_token, System.fetch_env!("<-text=API_TOKEN>")
=== clojure/<~word>.clj
(def db {:dbtype "postgresql" :host "<~host>" :user "<~user>" :password "<+password>"})
(def <~kn.kebab> "<+secret>")
(def token (System/getenv "<-text=API_TOKEN>"))
=== haskell/<~word>.hs
connectInfo = defaultConnectInfo { connectHost = "<~host>", connectUser = "<~user>", connectPassword = "<+password>" }
<~kn.camel> :: Text
<~kn.camel> = "<+secret>"
password <- getEnv "<-text=DB_PASSWORD>"
=== groovy/<~word>.groovy
def <~pw.camel> = '<+password>'
sql = Sql.newInstance("jdbc:mysql://<~host>/<~db>", "<~user>", "<+password>", "com.mysql.jdbc.Driver")
withCredentials([string(credentialsId: '<-text=api-token>', variable: 'TOKEN')]) { sh 'make' }
environments { production { dataSource { username = "<~user>"; password = "<+password.random>" } } }
=== dart/<~word>.dart
const <~kn.camel> = '<+secret>';
final db = MySqlConnection(host: '<~host>', user: '<~user>', password: '<+password>');
final label = Text('<-text=Password>');
Map<String, String> get headers => {'Authorization': 'Bearer <+jwt>', 'X-Trace': '<-uuid>'};
=== test/vectors_<~word>.py
VECTORS = {"abc": "<-sha256>", "def": "<-md5>"}
FINGERPRINTS = ["<-sha1>", "<-sha256>"]
NAMESPACE = "<-uuid>"
ICON = "<-image>"
password = <-text=read_password>()
=== web/<~word>.html
<form action="/login"><input name="user" value="<~user>"><input type="password" name="password" value="<+password>"></form>
<script>var config = {"<~kn.camel>": "<+secret>", "csrf": "{{ csrf_token }}", "placeholder": "<-text=Enter password>"};</script>
<!-- <~user>:<+password> -->
<img src="data:image/png;base64,<-image>">
<script src="/app.js" integrity="<-integrity>"></script>
""")
