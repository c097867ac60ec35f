"""Snippets in the languages of shells and scripts: shell, PowerShell, batch, Perl and Lua."""

from __future__ import annotations

from .snippets import Language, split_snippets

__all__ = ["SHELLS"]

SHELL = Language(
    "shell",
    (
        "<|deploy|setup|install|backup|run>.sh",
        "bin/<~word>",
        "scripts/<~word>-<~word>.sh",
        "ci/<~word>.bash",
        ".travis/<~word>.sh",
    ),
    "#!/bin/bash\n# <~sentence>\nset -euo pipefail",
    'echo "done"',
    split_snippets(r"""
<~pw.constant>=<+password>
%%
export <~kn.constant>="<+secret>"
%%
<~kn.constant>='<+secret.base64>'
%%
<~pw.constant>=${<~pw.constant>:-<+password.random>}
%%
mysqldump -h <~host> -u <~user> -p<+password.random> <~db> | gzip > /backup/<~db>.sql.gz
%%
PGPASSWORD='<+password>' psql -h <~host> -U <~user> <~db> -c 'select 1'
%%
curl -s -u <~user>:<+password> https://<~host>/rest/api/2/<~word>
%%
curl --user '<~user>:<+password.wild>' -X POST "https://<~host>/job/<~word>/build"
%%
curl -H "Authorization: token <+secret.hex>" https://<~host>/api/v1/user/repos
%%
curl -XPOST -H 'X-Auth-Token: <+secret.urlsafe>' -d @body.json https://<~host>/
%%
wget --user=<~user> --password=<+password> https://<~host>/dist/<~app>-<~version>.tar.gz
%%
sshpass -p '<+password>' ssh root@<~ip> uptime
%%
echo "<~user>:<+password>" | chpasswd
%%
docker login -u <~user> -p <+password> registry.<~host>
%%
redis-cli -h <~host> -a '<+password.random>' flushdb
%%
git clone https://<~user>:<+secret>@<~host>/<~firm>/<~app>.git
%%
openssl enc -aes-256-cbc -d -in <~word>.enc -out <~word> -k <+password>
%%
cat > /root/.my.cnf <<END
[client]
user=<~user>
password=<+password>
END
%%
ldapsearch -x -D "cn=admin,dc=<~firm>,dc=net" -w <+password> -b "dc=<~firm>,dc=net"
%%
htpasswd -b -c /etc/nginx/.htpasswd <~user> '<+password>'
%%
smbclient //<~host>/share -U '<~user>%<+password.random>'
%%
java -Djavax.net.ssl.keyStorePassword=<+password> -jar <~app>.jar --<~kn.kebab>=<+secret>
%%
if [ "$1" = "--prod" ]; then <~kn.constant>=<+secret.hex>; fi
"""),
    split_snippets(r"""
<~pw.constant>="${<-text=DB_PASSWORD>}"
%%
read -r -s -p "<-text=Password: >" PASSWORD
%%
<~kn.constant>=$(aws secretsmanager get-secret-value --secret-id <-text=prod/api/token> --query SecretString --output text)
%%
curl -u "<-text=$USER:$PASS>" https://<~host>/
%%
TOKEN=$(cat <-text=/run/secrets/token>)
%%
echo "<-sha256>  <~app>.tar.gz" | sha256sum -c
%%
: "${API_KEY:?<-text=set API_KEY to the key of the account>}"
%%
PASSWORD=$(openssl rand -base64 <-text=24>)
%%
git checkout <-git-sha>
%%
docker login --username "$REGISTRY_USER" --password-stdin <-text=registry.gitlab.com>
%%
KEYFILE=<-text=/etc/ssl/private/server.key>
PASSWORD_FILE="<-text=$HOME/.config/app/password.txt>"
%%
mysql -u root -p"<-text=$MYSQL_ROOT_PASSWORD>" -e "show databases"
%%
echo "usage: $0 --token <-text=TOKEN> --user USER"
%%
MD5=<-md5>
"""),
)

POWERSHELL = Language(
    "powershell",
    ("<|Deploy|Install|Test>-<~class>.ps1", "build/<~word>.psm1"),
    "param([string]$Environment = 'prod')\n# <~sentence>",
    "Write-Host 'done'",
    split_snippets(r"""
$<~pw.camel> = "<+password>"
%%
$secure = ConvertTo-SecureString '<+password.wild>' -AsPlainText -Force
%%
$cred = New-Object PSCredential("<~user>", (ConvertTo-SecureString "<+password>" -AsPlainText -Force))
%%
$env:<~kn.constant> = '<+secret>'
%%
[string]$<~kn.pascal> = "<+secret.base64>"
%%
net use Z: \\<~host>\share <+password> /user:<~firm>\<~user>
%%
$headers = @{ "Authorization" = "Bearer <+secret.urlsafe>" }
%%
$connection = "Server=<~host>;Database=<~db>;User Id=<~user>;Password=<+password>;"
%%
Invoke-Sqlcmd -ServerInstance <~host> -Username <~user> -Password "<+password>" -Query "SELECT 1"
"""),
    split_snippets(r"""
$password = Read-Host -AsSecureString "<-text=Enter the password>"
%%
$token = $env:<-text=SYSTEM_ACCESSTOKEN>
%%
$cred = Get-Credential -Message "<-text=Account of the service>"
%%
$secret = (Get-AzKeyVaultSecret -VaultName $vault -Name "<-text=sql-password>").SecretValue
%%
$hash = "<-sha256>"
%%
[Parameter(Mandatory)] [SecureString] <-text=$Password>
%%
$subscriptionId = "<-uuid>"
"""),
)

BATCH = Language(
    "batch",
    ("<|build|start|sign|deploy>.bat", "tools/<~word>.cmd"),
    "@echo off\nrem <~sentence>",
    "exit /b 0",
    split_snippets(r"""
set <~pw.constant>=<+password>
%%
set "<~kn.constant>=<+secret>"
%%
sqlcmd -S <~host> -U <~user> -P <+password> -i schema.sql
%%
signtool sign /f cert.pfx /p <+password> /t http://timestamp.digicert.com <~app>.exe
%%
plink -ssh <~user>@<~host> -pw <+password> "ls"
%%
net user <~user> <+password.human> /add
"""),
    split_snippets(r"""
set /p PASSWORD=<-text=Password: >
%%
set TOKEN=<-text=%1>
%%
set PASSWORD_FILE=<-text=%USERPROFILE%\password.txt>
%%
if "%API_KEY%"=="" echo <-text=API_KEY is not set>
"""),
)

PERL = Language(
    "perl",
    ("bin/<~word>.pl", "lib/<~class>.pm"),
    "use strict;\nuse warnings;\n# <~sentence>",
    "1;",
    split_snippets(r"""
my $<~pw.snake> = '<+password>';
%%
my $dbh = DBI->connect("dbi:mysql:<~db>:<~host>", "<~user>", "<+password>") or die;
%%
our %config = ( <~pw.snake> => "<+password>", user => '<~user>' );
%%
use constant <~kn.constant> => '<+secret>';
%%
$ua->credentials("<~host>:443", "<~word>", "<~user>", "<+password>");
%%
$ftp->login('<~user>', '<+password>') or die "cannot login";
"""),
    split_snippets(r"""
my $password = $ENV{<-text=DB_PASSWORD>};
%%
my $token = <-text=shift>;
%%
print "<-text=Password for $user: >";
%%
my $digest = "<-md5>";
%%
$password =~ <-text=s/\s+$//>;
"""),
)

LUA = Language(
    "lua",
    ("<~word>.lua", "nodemcu/init.lua"),
    "-- <~sentence>",
    "return M",
    split_snippets(r"""
local <~pw.snake> = "<+password>"
%%
station_cfg.pwd="<+password.human>"
%%
M.<~kn.snake> = '<+secret.hex>'
%%
config = { user = "<~user>", <~pw.snake> = [[<+password>]] }
%%
red:auth("<+password.random>")
"""),
    split_snippets(r"""
local token = <-text=os.getenv>("TOKEN")
%%
local password = ngx.var.<-text=arg_password>
%%
local sha = "<-sha1>"
%%
label.password = "<-text=Password:>"
"""),
)

SHELLS = (SHELL, POWERSHELL, BATCH, PERL, LUA)
