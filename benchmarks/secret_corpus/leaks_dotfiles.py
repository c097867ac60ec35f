"""Templates of credential stores of home folders and clients: dotfiles, keys, histories, settings of FTP, mail and databases.

Sources: the manual pages and documentation of the programs that read the files.
"""

from __future__ import annotations

from .snippets import split_files

__all__ = ["DOTFILES"]

DOTFILES = split_files(r"""
=== .netrc
machine <~host>
  login <~user>
  password <+password>

machine api.heroku.com login <~email> password <+secret.uuid>
default login anonymous password <-text=user@site>
=== home/<~user>/_netrc
machine <~host> login <~user> password <+password.wild>
=== .pgpass
# hostname:port:database:username:password
<~host>:5432:<~db>:<~user>:<+password>
*:*:*:<~user>:<+password.human>
<~ip>:5433:<~db>:<~user>:<+password.random>
=== .my.cnf
[client]
host=<~host>
user=<~user>
password=<+password>

[mysqldump]
password = "<+password.wild>"
socket=<-text=/var/run/mysqld/mysqld.sock>
=== .npmrc
registry=https://npm.<~host>/
//npm.<~host>/:_authToken=<+secret.uuid>
//registry.npmjs.org/:_authToken=<-text=${NPM_TOKEN}>
email=<~email>
always-auth=true
=== <~word>/.npmrc
_auth=<+basic-auth>
//<~host>/artifactory/api/npm/npm/:_password=<+password|b64>
//<~host>/artifactory/api/npm/npm/:username=<~user>
=== .yarnrc.yml
npmScopes:
  <~firm>:
    npmRegistryServer: https://npm.<~host>
    npmAuthToken: <+secret>
    npmAuthIdent: "<~user>:<+password>"
yarnPath: .yarn/releases/yarn-4.1.0.cjs
=== .pypirc
[distutils]
index-servers = pypi internal

[pypi]
username = __token__
password = <+token.pypi>

[internal]
repository: https://pypi.<~host>/legacy/
username: <~user>
password: <+password>
=== <|pip.conf|.pip/pip.conf|pip/pip.ini>
[global]
index-url = https://<~user>:<+password.random>@pypi.<~host>/simple
extra-index-url = <-text=https://pypi.org/simple>
trusted-host = <~host>
=== .config/pypoetry/auth.toml
[http-basic.<~word>]
username = "<~user>"
password = "<+password>"

[pypi-token]
pypi = "<+token.pypi>"
=== .gem/credentials
---
:rubygems_api_key: <+token.rubygems>
:github: Bearer <+token.github-classic>
=== .bundle/config
---
BUNDLE_GEMS__ACMETOOLS__NET: "<~user>:<+secret>"
BUNDLE_PATH: "<-text=vendor/bundle>"
=== .cargo/credentials.toml
[registry]
token = "<+token.crates>"

[registries.<~word>]
token = "Bearer <+secret>"
=== auth.json
{
    "http-basic": {
        "repo.<~host>": {"username": "<~user>", "password": "<+secret.hex>"}
    },
    "github-oauth": {"github.com": "<+token.github-classic>"},
    "gitlab-token": {"gitlab.com": "<+token.gitlab-pat>"}
}
=== .dockercfg
{"https://index.docker.io/v1/": {"auth": "<+basic-auth>", "email": "<~email>"},
 "registry.<~host>": {"auth": "<+basic-auth>", "email": "<~email>"}}
=== .docker/config.json
{
  "auths": {
    "https://index.docker.io/v1/": {"auth": "<+basic-auth>"},
    "registry.<~host>": {"username": "<~user>", "password": "<+password>"},
    "ghcr.io": {"auth": "<+basic-auth>", "identitytoken": "<+jwt>"}
  },
  "HttpHeaders": {"User-Agent": "<-text=Docker-Client/19.03.8 (linux)>"},
  "credHelpers": {"eu.gcr.io": "<-text=gcloud>"}
}
=== .git-credentials
https://<~user>:<+password.random>@<~host>
https://<~user>:<+token.github-classic>@github.com
https://oauth2:<+token.gitlab-pat>@gitlab.com
http://<~user>:<+password.wild|url>@git.<~host>%3a<~port>
=== .gitconfig
[user]
	name = <~user>
	email = <~email>
	signingkey = <-hex16>
[github]
	user = <~user>
	token = <+secret.hex40>
[url "https://<~user>:<+secret>@<~host>/"]
	insteadOf = ssh://git@<~host>/
[sendemail]
	smtpuser = <~email>
	smtppass = <+password>
=== <~word>/.git/config
[core]
	repositoryformatversion = 0
[remote "origin"]
	url = https://<~user>:<+token.github-classic>@github.com/<~firm>/<~word>.git
	fetch = +refs/heads/*:refs/remotes/origin/*
=== .config/hub
github.com:
- user: <~user>
  oauth_token: <+secret.hex40>
  protocol: https
=== .config/gh/hosts.yml
github.com:
    user: <~user>
    oauth_token: <+token.github-oauth>
    git_protocol: ssh
=== .config/glab-cli/config.yml
hosts:
    gitlab.<~host>:
        token: <+token.gitlab-pat>
        api_host: gitlab.<~host>
        user: <~user>
=== .travis/config.yml
endpoints:
  https://api.travis-ci.com/:
    access_token: <+token.travis>
=== .htpasswd<|-web|>
<~user>:<+hash.apr1>
<~user>2:<+hash.bcrypt>
<~user>3:<+hash.sha>
=== etc/shadow
root:<+hash.sha512-crypt>:19000:0:99999:7:::
daemon:<-text=*>:18480:0:99999:7:::
sshd:<-text=!>:18480::::::
<~user>:<+hash.sha512-crypt>:19211:0:99999:7:::
=== etc/<|ppp|openvpn>/<|chap-secrets|pap-secrets>
# client	server	secret			IP addresses
<~user>	*	<+password>	*
"<~user>"	<~word>	"<+password.wild>"	<~ip>
=== etc/ipsec.secrets
# <~sentence>
<~ip> <~ip> : PSK "<+password>"
: RSA <-text=/etc/ipsec.d/private/host.pem>
<~user> : XAUTH "<+password.random>"
=== etc/wpa_supplicant.conf
network={
    ssid="<~firm>"
    psk="<+passphrase>"
    key_mgmt=<-text=WPA-PSK>
}
network={
    ssid="<~firm>-eap"
    identity="<~email>"
    password="<+password>"
}
=== NetworkManager/system-connections/<~firm>.nmconnection
[connection]
id=<~firm>
uuid=<-uuid>

[wifi-security]
key-mgmt=wpa-psk
psk=<+password>
=== wireguard/wg0.conf
[Interface]
PrivateKey = <+token.wireguard>
Address = <~ip>/24

[Peer]
PublicKey = <-token.wireguard>
PresharedKey = <+token.wireguard>
Endpoint = <~host>:51820
=== .s3cfg
[default]
access_key = <+aws-key-id@aws1>
secret_key = <+token.aws-secret@aws1>
gpg_passphrase = <+passphrase>
host_base = s3.amazonaws.com
encrypt = False
=== .boto
[Credentials]
aws_access_key_id = <+aws-key-id@aws1>
aws_secret_access_key = <+token.aws-secret@aws1>
gs_oauth2_refresh_token = <+token.google-refresh>

[GSUtil]
default_project_id = <-text=web-shop-221>
=== .passwd-s3fs
<+aws-key-id@aws1>:<+token.aws-secret@aws1>
=== .mc/config.json
{"version": "10",
 "aliases": {"<~word>": {"url": "https://<~host>",
   "accessKey": "<+secret.key20>", "secretKey": "<+secret.base64-30>", "api": "s3v4"}}}
=== rclone.conf
[<~word>]
type = s3
access_key_id = <+aws-key-id@aws1>
secret_access_key = <+token.aws-secret@aws1>

[drive]
type = drive
client_secret = <+token.google-oauth-secret>
token = {"access_token":"<+token.google-access>","token_type":"Bearer","refresh_token":"<+token.google-refresh>"}

[ftp]
type = ftp
host = <~host>
user = <~user>
pass = <+secret.urlsafe>
=== .kube/config
apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: <-public.certificate|b64>
    server: https://<~host>:6443
  name: <~word>
users:
- name: <~user>
  user:
    client-certificate-data: <-public.certificate|b64>
    client-key-data: <+key.rsa|b64>
- name: sa
  user:
    token: <+jwt>
- name: basic
  user:
    username: <~user>
    password: <+password>
=== .ssh/id_<|rsa|dsa|work>
<+key.rsa>
=== .ssh/id_ed25519
<+key.openssh>
=== .ssh/id_ecdsa
<+key.ec>
=== .ssh/authorized_keys
<-public.ssh> <~user>@<~word>
<-public.ssh-rsa> <~email>
=== keys/<~word>.<|pem|key>
<+key.pkcs8>
=== keys/<~word>.ppk
<+key.putty>
=== keys/server-bundle.pem
<-public.certificate>
<+key.rsa>
<-public.certificate>
=== gpg/<~word>-secret.asc
<+key.pgp>
=== gpg/<~word>-public.asc
<-public.pgp>
=== keys.txt
# created: <~date>T09:12:44Z
# public key: <-public.age>
<+key.age>
=== minisign.key
<+key.minisign>
=== .bash_history
cd /srv/<~word>
ls -la
mysql -u <~user> -p<+password.random> -h <~host> <~db>
export <~kn.constant>=<+secret>
git commit -m "<-text=fix password reset>"
curl -u <~user>:<+password> https://<~host>/api/<~word>
ssh <~user>@<~host>
docker login -u <~user> -p <+password.random> <~host>
PGPASSWORD=<+password.random> psql -U <~user> -h <~host>
git checkout <-git-sha>
sudo htpasswd -b /etc/nginx/.htpasswd <~user> <+password.random>
curl -H 'Authorization: Bearer <+jwt>' https://<~host>/v1/me
=== .zsh_history
: 1690000001:0;aws configure set aws_secret_access_key <+token.aws-secret>
: 1690000042:0;sshpass -p <+password.random> scp <~word>.tgz <~user>@<~ip>:/tmp
: 1690000077:0;cat <-text=~/.ssh/config>
: 1690000120:0;mongo mongodb://<~user>:<+password.random>@<~host>/<~db>
: 1690000200:0;gpg --batch --passphrase <+password.human> -d <~word>.gpg
=== .mysql_history
use <~db>;
create user '<~user>'@'%' identified by '<+password>';
grant all on *.* to '<~user>'@'%';
select password from users where id = <-text=7>;
set password for '<~user>'@'localhost' = password('<+password>');
=== .psql_history
ALTER USER <~user> WITH PASSWORD '<+password>';
\password <-text=postgres>
select count(*) from <~word>;
=== .<|bashrc|profile|zshrc|bash_profile>
alias ll='ls -l'
export PATH="$HOME/bin:$PATH"
export <~kn.constant>="<+secret>"
export GITHUB_TOKEN=<+token.github-classic>
export EDITOR=<-text=vim>
alias db='mysql -h <~host> -u <~user> -p<+password.random>'
export HOMEBREW_GITHUB_API_TOKEN=<+secret.hex40>
export GPG_TTY=<-text=$(tty)>
=== filezilla/<|sitemanager|recentservers>.xml
<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<FileZilla3 version="3.46.3" platform="windows">
    <Servers>
        <Server>
            <Host><~host></Host>
            <Port>21</Port>
            <User><~user></User>
            <Pass encoding="base64"><+password|b64></Pass>
            <Logontype>1</Logontype>
            <Name><~firm></Name>
        </Server>
        <Server>
            <Host><~ip></Host>
            <User><~user></User>
            <Pass><+password></Pass>
        </Server>
    </Servers>
</FileZilla3>
=== <|sftp-config.json|.vscode/sftp.json>
{
    // The tab key will cycle through the settings when first created
    "type": "sftp",
    "host": "<~host>",
    "user": "<~user>",
    "username": "<~user>",
    "password": "<+password>",
    //"ssh_key_file": "<-text=~/.ssh/id_rsa>",
    "remote_path": "/var/www/<~word>/",
    "uploadOnSave": true
}
=== .ftpconfig
{
    "protocol": "sftp",
    "host": "<~host>",
    "user": "<~user>",
    "pass": "<+password.wild|json>",
    "passphrase": "<+passphrase>",
    "privatekey": "<-text=/home/deploy/.ssh/id_rsa>"
}
=== .remote-sync.json
{"uploadOnSave": true, "hostname": "<~host>", "username": "<~user>", "password": "<+password>", "transport": "scp"}
=== ftp/deployment.ini
[<~word>]
remote = ftp://<~user>:<+password.random>@<~host>/www
passiveMode = yes
=== .idea/WebServers.xml
<project version="4">
  <component name="WebServers">
    <option name="servers">
      <webServer id="<-uuid>" name="<~word>">
        <fileTransfer host="<~host>" port="22" password="<+secret.hex>" username="<~user>" />
      </webServer>
    </option>
  </component>
</project>
=== .config/robomongo/robomongo.json
{
    "connections": [{
        "connectionName": "<~word>",
        "serverHost": "<~host>",
        "credentials": [{"databaseName": "<~db>", "enabled": true, "userName": "<~user>", "userPassword": "<+password>"}],
        "ssh": {"askPassword": false, "userName": "<~user>", "userPassword": "<+password.random>", "method": "<-text=password>"}
    }]
}
=== .dbeaver/credentials.json
{"postgres-jdbc-<~hex8>": {"#connection": {"user": "<~user>", "password": "<+password>"}}}
=== dbvis/connections.xml
<Database id="1"><Alias><~word></Alias><Url>jdbc:mysql://<~host>:3306/<~db></Url><Userid><~user></Userid><Password><+secret.base64></Password></Database>
=== .esmtprc
identity <~email>
hostname smtp.<~host>:587
username "<~email>"
password "<+password>"
starttls required
=== .msmtprc
account <~word>
host smtp.<~host>
auth on
user <~email>
password <+password.random>
passwordeval "<-text=gpg -q -d ~/.mail.gpg>"
=== .muttrc
set imap_user = "<~email>"
set imap_pass = "<+password>"
set smtp_url = "smtp://<~user>:<+password.random>@<~host>:587/"
set folder = "<-text=imaps://imap.acmetools.net/>"
=== .fetchmailrc
poll <~host> protocol imap user "<~user>" password "<+password>" is "<~user>" here ssl
poll mail.<~host> with proto POP3 user '<~user>' there with password '<+password.wild>'
=== .offlineimaprc
[Repository <~word>]
type = IMAP
remotehost = <~host>
remoteuser = <~email>
remotepass = <+password>
=== .smbcredentials
username=<~user>
password=<+password.wild>
domain=<~firm>
=== etc/fstab
UUID=<-uuid> / ext4 defaults 0 1
//<~host>/share /mnt/share cifs username=<~user>,password=<+password.random>,uid=1000 0 0
//<~host>/other /mnt/other cifs credentials=<-text=/root/.smbcredentials> 0 0
=== .irssi/config
servers = ( { address = "<~host>"; chatnet = "<~word>"; port = "6697"; password = "<+password>"; use_ssl = "yes"; } );
settings = { core = { real_name = "<~user>"; user_name = "<~user>"; }; };
chatnets = { <~word> = { type = "IRC"; sasl_mechanism = "<-text=plain>"; sasl_password = "<+password.random>"; }; };
=== .remmina/<~number>.remmina
[remmina]
name=<~word>
server=<~ip>
username=<~user>
password=<+secret.base64-24>
protocol=RDP
=== rdp/<~word>.rdp
full address:s:<~host>
username:s:<~firm>\<~user>
password 51:b:<+secret.hex128>
prompt for credentials:i:0
=== unattend.xml
<unattend><settings><component>
  <AutoLogon><Password><Value><+password></Value><PlainText>true</PlainText></Password><Username><~user></Username></AutoLogon>
  <ProductKey><-text=see the label></ProductKey>
</component></settings></unattend>
=== proftpdpasswd
<~user>:<+hash.sha512-crypt>:5500:5500::/srv/ftp:/bin/false
=== ventrilo_srv.ini
[Server]
Name=<~firm>
AdminPassword=<+password>
Password=<+password.human>
=== .cobalt/server.cfg
sv_hostname "<~firm>"
rcon_password "<+password>"
sv_password <+password.human>
maxplayers <-int>
""")
