"""Templates of leaking settings: web frameworks, Java servers, daemons, deployment tools, CI, state files, dumps.

Sources: the documentation of the frameworks and programs that read the files.
"""

from __future__ import annotations

from .snippets import split_files

__all__ = ["SERVER_FILES"]

SERVER_FILES = split_files(r"""
=== wp-config.php
<?php
define('DB_NAME', '<~db>');
define('DB_USER', '<~user>');
define('DB_PASSWORD', '<+password.wild>');
define('DB_HOST', '<~host>');
define('AUTH_KEY',         '<+secret.symbols>');
define('SECURE_AUTH_KEY',  '<+secret.symbols>');
define('LOGGED_IN_KEY',    '<+secret.symbols>');
define('NONCE_KEY',        '<-text=put your unique phrase here>');
define( 'AUTH_SALT',        '<+secret.symbols>' );
$table_prefix = '<-text=wp_>';
=== configuration.php
<?php
class JConfig {
	public $dbtype = 'mysqli';
	public $user = '<~user>';
	public $password = '<+password>';
	public $db = '<~db>';
	public $secret = '<+secret.key20>';
	public $smtppass = '<+password.random>';
	public $ftp_pass = '<+password>';
	public $sitename = '<-text=Our site>';
}
=== sites/default/settings.php
<?php
$databases['default']['default'] = array (
  'database' => '<~db>',
  'username' => '<~user>',
  'password' => '<+password>',
  'host' => '<~host>',
  'driver' => '<-text=mysql>',
);
$settings['hash_salt'] = '<+secret.base64>';
=== app/etc/env.php
<?php
return [
    'crypt' => ['key' => '<+secret.hex>'],
    'db' => ['connection' => ['default' => ['host' => '<~host>', 'username' => '<~user>', 'password' => '<+password>']]],
    'backend' => ['frontName' => '<-text=admin_k2f>'],
];
=== config.inc.php
<?php
$cfg['blowfish_secret'] = '<+secret>';
$cfg['Servers'][$i]['user'] = '<~user>';
$cfg['Servers'][$i]['password'] = '<+password>';
$cfg['Servers'][$i]['auth_type'] = '<-text=config>';
=== app/config/parameters.yml
parameters:
    database_host: <~host>
    database_user: <~user>
    database_password: <+password>
    mailer_password: '<+password.wild>'
    secret: <+secret.hex40>
    locale: <-text=fr>
=== laravel/.env
APP_NAME=Laravel
APP_ENV=production
APP_KEY=base64:<+secret.base64-32>
DB_CONNECTION=mysql
DB_HOST=<~host>
DB_USERNAME=<~user>
DB_PASSWORD=<+password>
REDIS_PASSWORD=<-text=null>
MAIL_USERNAME=<~email>
MAIL_PASSWORD=<+password.random>
AWS_ACCESS_KEY_ID=<+aws-key-id@aws1>
AWS_SECRET_ACCESS_KEY=<+token.aws-secret@aws1>
PUSHER_APP_ID=<-number>
PUSHER_APP_SECRET=<+token.pusher>
MIX_PUSHER_APP_KEY="<-text=${PUSHER_APP_KEY}>"
=== config/secrets.yml
development:
  secret_key_base: <+secret.hex128>
test:
  secret_key_base: <+secret.hex128>
production:
  secret_key_base: <%= <-text=ENV["SECRET_KEY_BASE"]> %>
=== config/master.key
<+secret.hex>
=== config/initializers/secret_token.rb
<~class>::Application.config.secret_key_base = '<+secret.hex128>'
<~class>::Application.config.session_store :cookie_store, key: '<-text=_shop_session>'
=== config/database.yml
production:
  adapter: postgresql
  host: <~host>
  database: <~db>
  username: <~user>
  password: <+password>
test:
  password: <-text=postgres>
=== config/storage.yml
amazon:
  service: S3
  access_key_id: <+aws-key-id@aws1>
  secret_access_key: <+token.aws-secret@aws1>
  bucket: <-text=uploads-prod>
=== knife.rb
node_name '<~user>'
client_key '<-text=/etc/chef/client.pem>'
knife[:vsphere_pass] = "<+password>"
knife[:aws_secret_access_key] = '<+token.aws-secret>'
=== <~word>/settings.py
DEBUG = True
SECRET_KEY = '<+secret.symbols>'
DATABASES = {
    'default': {'ENGINE': 'django.db.backends.mysql', 'USER': '<~user>', 'PASSWORD': '<+password>', 'HOST': '<~host>'},
}
EMAIL_HOST_PASSWORD = '<+password.random>'
SOCIAL_AUTH_GITHUB_SECRET = '<+secret.hex40>'
AUTH_PASSWORD_VALIDATORS = [{'NAME': '<-text=django.contrib.auth.password_validation.CommonPasswordValidator>'}]
CACHES = {'default': {'LOCATION': 'redis://:<+password.random>@<~host>:6379/1'}}
=== config/prod.secret.exs
use Mix.Config
config :<~word>, <~class>Web.Endpoint, secret_key_base: "<+secret.base64-48>"
config :<~word>, <~class>.Repo, username: "<~user>", password: "<+password>", database: "<~db>", pool_size: <-int>
config :joken, default_signer: System.get_env("<-text=JOKEN_KEY>")
=== conf/application.conf
play.http.secret.key = "<+secret.symbols64>"
slick.dbs.default.db.user = "<~user>"
slick.dbs.default.db.password = "<+password>"
akka.http.session.server-secret = "<+secret.hex64>"
db.default.driver = <-text=org.postgresql.Driver>
=== WEB-INF/<|datasource|jetty-env>.xml
<Resource name="jdbc/<~word>" auth="Container" type="javax.sql.DataSource"
  username="<~user>" password="<+password>"
  driverClassName="<-text=com.mysql.jdbc.Driver>" url="jdbc:mysql://<~host>/<~db>"/>
=== conf/tomcat-users.xml
<tomcat-users>
  <role rolename="manager-gui"/>
  <user username="<~user>" password="<+password>" roles="manager-gui,admin-gui"/>
  <!-- <user username="tomcat" password="<-text=must-be-changed>" roles="tomcat"/> -->
</tomcat-users>
=== conf/server.xml
<Server>
<Connector port="8443" protocol="<-text=org.apache.coyote.http11.Http11NioProtocol>" SSLEnabled="true"
           keystoreFile="conf/<~word>.jks" keystorePass="<+password>" truststorePass="<+password.human>" clientAuth="false"/>
<Realm className="org.apache.catalina.realm.JDBCRealm" connectionName="<~user>" connectionPassword="<+password.random>"/>
</Server>
=== standalone/configuration/standalone.xml
<server>
<datasource jndi-name="java:jboss/datasources/<~class>DS" pool-name="<~class>">
  <connection-url>jdbc:postgresql://<~host>:5432/<~db></connection-url>
  <security>
    <user-name><~user></user-name>
    <password><+password></password>
  </security>
</datasource>
<keystore path="<-text=application.keystore>" keystore-password="<+password.human>" alias="server"/>
</server>
=== persistence.xml
<persistence-unit name="<~word>">
  <property name="javax.persistence.jdbc.url" value="jdbc:mysql://<~host>/<~db>"/>
  <property name="javax.persistence.jdbc.user" value="<~user>"/>
  <property name="javax.persistence.jdbc.password" value="<+password>"/>
  <property name="hibernate.dialect" value="<-text=org.hibernate.dialect.MySQL5Dialect>"/>
</persistence-unit>
=== <|.m2/|>settings.xml
<settings>
  <servers>
    <server>
      <id><~word></id>
      <username><~user></username>
      <password><+password></password>
    </server>
    <server>
      <id>central</id>
      <username><-text=${env.OSSRH_USER}></username>
      <password><-text=${env.OSSRH_PASSWORD}></password>
    </server>
    <server><id>gpg</id><passphrase><+passphrase></passphrase></server>
  </servers>
  <proxies><proxy><host><~host></host><username><~user></username><password><+password.random></password></proxy></proxies>
</settings>
=== NuGet.Config
<configuration>
  <packageSources><add key="<~word>" value="https://<~host>/nuget/v3/index.json" protocolVersion="<-text=3>" /></packageSources>
  <packageSourceCredentials>
    <Internal>
      <add key="Username" value="<~user>" />
      <add key="ClearTextPassword" value="<+password>" />
    </Internal>
  </packageSourceCredentials>
  <apikeys><add key="https://www.nuget.org" value="<+token.nuget>" /></apikeys>
</configuration>
=== ivysettings.xml
<ivysettings>
  <credentials host="<~host>" realm="<-text=Artifactory Realm>" username="<~user>" passwd="<+password>"/>
</ivysettings>
=== jenkins/credentials.xml
<com.cloudbees.plugins.credentials.SystemCredentialsProvider>
  <com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
    <id><-uuid></id>
    <username><~user></username>
    <password><+password></password>
  </com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
  <org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl>
    <id><~word></id>
    <secret><+secret></secret>
  </org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl>
  <com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey>
    <privateKey><+key.rsa></privateKey>
  </com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey>
</com.cloudbees.plugins.credentials.SystemCredentialsProvider>
=== jenkins/jobs/<~word>/config.xml
<project>
  <authToken><+secret></authToken>
  <scm><userRemoteConfigs><url>https://<~user>:<+password.random>@<~host>/<~word>.git</url></userRemoteConfigs></scm>
  <credentialsId><-text=deploy-key-github></credentialsId>
</project>
=== jenkins/publish_over_ssh.xml
<hostConfiguration>
  <hostname><~host></hostname><username><~user></username><secretPassword><+password></secretPassword><port>22</port>
</hostConfiguration>
=== ansible/<|hosts|inventory|production>.ini
[<~word>]
<~host> ansible_user=<~user> ansible_ssh_pass=<+password> ansible_become_pass='<+password>'
<~ip> ansible_password=<+password.random> ansible_connection=<-text=winrm>
<~host> ansible_ssh_private_key_file=<-text=~/.ssh/deploy.pem>

[<~word>:vars]
db_password="<+password.wild>"
vault_file=<-text=group_vars/vault.yml>
=== ansible/inventory.yml
all:
  hosts:
    <~host>:
      ansible_user: <~user>
      ansible_password: <+password>
  vars:
    mysql_root_password: "<+password.wild>"
    deploy_key: "<-text={{ lookup('file', 'deploy.pub') }}>"
=== .vault_pass<|.txt|>
<+password.random>
=== salt/pillar/<~word>.sls
<~word>:
  mysql:
    password: <+password>
    hash: '<+hash.mysql>'
  ssl_key: |
    <+key.rsa>
  docroot: <-text=/srv/www>
=== hieradata/<~word>.yaml
profile::db::password: '<+password>'
mysql::server::root_password: <+password.random>
profile::web::port: <-port>
profile::api::token: <-text=ENC[PKCS7,MIIBeQYJKoZIhvcNAQcDoIIBajCCAWYCAQAxggEhMIIBHQIBADAFMAACAQEwDQYJ]>
=== terraform.tfstate
{
  "version": 4,
  "terraform_version": "1.5.7",
  "lineage": "<-uuid>",
  "outputs": {"db_password": {"value": "<+password.random>", "type": "string", "sensitive": true}},
  "resources": [
    {
      "type": "aws_db_instance",
      "instances": [{"attributes": {"address": "<~host>", "username": "<~user>", "password": "<+password>", "arn": "<-arn>"}}]
    },
    {
      "type": "aws_iam_access_key",
      "instances": [{"attributes": {
        "id": "<+aws-key-id@aws1>", "secret": "<+token.aws-secret@aws1>", "ses_smtp_password_v4": "<+secret.base64>"}}]
    },
    {
      "type": "tls_private_key",
      "instances": [{"attributes": {"private_key_pem": "<+key.rsa|json>\n", "public_key_openssh": "<-public.ssh-rsa>\n"}}]
    },
    {
      "type": "random_password",
      "instances": [{"attributes": {"length": 24, "result": "<+password.random>", "bcrypt_hash": "<~hash.bcrypt>"}}]
    }
  ]
}
=== dump/<~db>.sql
-- MySQL dump 10.13  Distrib 5.7.33
INSERT INTO `users` VALUES (1,'<~user>','<+hash.bcrypt>','<~email>'),(2,'<~user>','<+hash.bcrypt>','<~email>');
INSERT INTO `wp_users` VALUES (1,'<~user>','<+hash.phpass>','<~user>','<~email>','<~date> 10:00:00');
INSERT INTO `oauth_clients` (`id`, `name`, `secret`) VALUES (3,'<~word>','<+secret>');
INSERT INTO `settings` VALUES ('smtp_password','<+password>'),('site_name','<-text=Web shop>');
INSERT INTO `sessions` VALUES ('<-md5>','<~date> 09:00:00');
CREATE USER '<~user>'@'%' IDENTIFIED WITH mysql_native_password AS '<+hash.mysql>';
=== dump/globals.sql
CREATE ROLE <~user>;
ALTER ROLE <~user> WITH NOSUPERUSER LOGIN PASSWORD '<+hash.md5-postgres>';
ALTER ROLE <~user> WITH LOGIN PASSWORD '<+hash.scram>';
ALTER ROLE postgres SET search_path TO <-text=public>;
=== dump/users.csv
id,login,password,created
1,<~user>,<+password.human>,<~date>
2,<~email>,<+password>,<~date>
3,<~user>,<+password.random>,<~date>
=== backup/firebase-adminsdk.json
{
  "type": "service_account",
  "private_key_id": "<-sha1>",
  "private_key": "<+key.pkcs8|json>\n",
  "client_email": "firebase-adminsdk@<~firm>.iam.gserviceaccount.com"
}
=== app/google-services.json
{
  "project_info": {"project_number": "<-number>", "storage_bucket": "<-text=web-shop.appspot.com>"},
  "client": [{"api_key": [{"current_key": "<+token.google-api>"}], "client_info": {"mobilesdk_app_id": "<-firebase-app>"}}]
}
=== app/keystore.properties
storeFile=<-text=../release.jks>
storePassword=<+password.human>
keyAlias=<~word>
keyPassword=<+password>
=== <~class>/connectionStrings.config
<connectionStrings>
  <add name="Ado" connectionString="Server=tcp:<~host>,1433;Database=<~db>;User ID=<~user>;Password=<+password>;Encrypt=True" />
  <add name="Odbc" connectionString="Driver={MySQL ODBC 8.0 Driver};Server=<~host>;Database=<~db>;UID=<~user>;PWD=<+password>;" />
  <add name="Entity" connectionString="metadata=res://*/M.csdl;
    provider connection string=&quot;data source=<~host>;user id=<~user>;password=<+password>&quot;" />
  <add name="Oledb" connectionString="Provider=SQLOLEDB;Data Source=<~host>;User Id=<~user>;Password='<+password>'" />
  <add name="Trusted" connectionString="<-text=Data Source=.;Integrated Security=SSPI>" />
</connectionStrings>
=== odbc.ini
[<~word>]
Driver = PostgreSQL Unicode
Servername = <~host>
UserName = <~user>
Password = <+password>
Database = <~db>
ReadOnly = <-text=No>
=== jdbc/urls.txt
jdbc:mysql://<~host>:3306/<~db>?user=<~user>&password=<+password.random>&useSSL=true
jdbc:postgresql://<~host>/<~db>?user=<~user>&password=<+password.random>
jdbc:oracle:thin:<~user>/<+password.random>@<~host>:1521/<~word>
jdbc:sqlserver://<~host>:1433;databaseName=<~db>;user=<~user>;password=<+password.random>;encrypt=true
jdbc:db2://<~host>:50000/<~db>:user=<~user>;password=<+password.random>;
jdbc:mongodb://<~user>:<+password.random>@<~host>:27017/<~db>
jdbc:h2:mem:<-text=testdb>
=== tnsnames/connect.sh
sqlplus <~user>/<+password.random>@<~host>:1521/<~word>
exp userid=<~user>/<+password.random>@<~word> file=<~word>.dmp
sqlplus / as <-text=sysdba>
=== grafana.ini
[security]
admin_user = <~user>
admin_password = <+password>
secret_key = <+secret.key20>
[database]
url = mysql://<~user>:<+password.random>@<~host>:3306/grafana
[auth.generic_oauth]
client_secret = <+secret.uuid>
token_url = <-text=https://login.acmetools.net/oauth/token>
=== airflow.cfg
[core]
fernet_key = <+secret.fernet>
sql_alchemy_conn = postgresql+psycopg2://<~user>:<+password.random>@<~host>/airflow
[webserver]
secret_key = <+secret.hex>
[smtp]
smtp_password = <+password>
smtp_mail_from = <-text=airflow@acmetools.net>
=== prometheus/<|alertmanager|prometheus>.yml
global:
  smtp_auth_username: <~email>
  smtp_auth_password: <+password>
  slack_api_url: <+token.slack-webhook>
receivers:
  - name: pager
    pagerduty_configs: [{service_key: <+secret.hex>}]
scrape_configs:
  - basic_auth: {username: <~user>, password: <+password.random>}
  - bearer_token_file: <-text=/var/run/secrets/token>
=== elasticsearch/<|kibana|logstash>.yml
elasticsearch.username: <~user>
elasticsearch.password: "<+password>"
xpack.security.encryptionKey: "<+secret.hex>"
xpack.reporting.encryptionKey: <+secret>
server.ssl.key: <-text=/etc/kibana/server.key>
=== rabbitmq/definitions.json
{"users": [{"name": "<~user>", "password_hash": "<+secret.base64-36>",
   "hashing_algorithm": "<-text=rabbit_password_hashing_sha256>"}],
 "parameters": [{"component": "shovel", "value": {"src-uri": "amqp://<~user>:<+password.random>@<~host>"}}]}
=== redis/<|redis|sentinel>.conf
bind 0.0.0.0
requirepass <+password.random>
masterauth <+password.random>
user <~user> on ><+password.random> ~* +@all
rename-command CONFIG "<-hex16>"
=== ldap/slapd.conf
rootdn "cn=admin,dc=<~firm>,dc=net"
rootpw <+password>
password-hash <-text={SSHA}>
=== openldap/users.ldif
dn: uid=<~user>,ou=people,dc=<~firm>,dc=net
userPassword: <+hash.ssha>
mail: <~email>
entryUUID: <-uuid>

dn: uid=<~user>2,ou=people,dc=<~firm>,dc=net
userPassword:: <+hash.ssha|b64>
=== postfix/sasl_passwd
[smtp.<~host>]:587 <~user>:<+password>
smtp.<~host>    <~email>:<+password.wild>
=== freeradius/users
<~user> Cleartext-Password := "<+password>"
	Reply-Message = "<-text=Welcome>"
client <~ip> { secret = <+secret> }
=== asterisk/sip.conf
[<~int>]
type=friend
secret=<+password>
md5secret=<+secret.hex>
context=<-text=internal>
=== mosquitto/passwd
<~user>:<+hash.mosquitto>
=== cisco/<~word>.cfg
hostname <~word>
enable secret 5 <+hash.md5-crypt>
enable password <+password.human>
username <~user> privilege 15 password 0 <+password>
snmp-server community <+password.random> RW
crypto isakmp key <+password> address <~ip>
crypto pki certificate chain <-text=TP-self-signed>
=== vault/init.txt
Unseal Key 1: <+secret.base64-33>
Unseal Key 2: <+secret.base64-33>
Initial Root Token: <+token.vault>
Vault initialized with 5 keys and a threshold of <-text=3>.
=== heroku/app.json
{"name": "<~app>",
 "env": {"SECRET_TOKEN": {"value": "<+secret.hex>"}, "JWT_SECRET": {"generator": "<-text=secret>"}, "SMTP_PASSWORD": "<+password>"}}
=== serverless.yml
service: <~app>
provider:
  name: aws
  environment:
    DB_PASSWORD: <+password>
    API_KEY: <-text=${ssm:/prod/api-key}>
    <~kn.constant>: <+secret.hex>
  apiKeys:
    - <-text=partner-key>
=== .circleci/config.yml
jobs:
  build:
    docker:
      - image: <~firm>/<~word>
        auth: {username: <~user>, password: "<+password>"}
    environment:
      <~kn.constant>: <+secret>
    steps:
      - run: echo "machine <~host> login <~user> password <+password.random>" > ~/.netrc
      - restore_cache: {key: <-text=deps-v3>}
=== salesforce/build.properties
sf.username = <~email>
sf.password = <+password.random><+secret.key24>
sf.serverurl = <-text=https://login.salesforce.com>
=== sfdx/auth-url.txt
force://PlatformCLI::<+secret.salesforce>@<~firm>.my.salesforce.com
=== .env.vault.keys
DOTENV_PRIVATE_KEY_PRODUCTION="<+secret.hex64>"
DOTENV_PUBLIC_KEY_PRODUCTION="<-hex66>"
=== truffle/hardhat.config.js
module.exports = {
  networks: { mainnet: { url: "https://mainnet.infura.io/v3/<-md5>", accounts: ["<+token.ethereum-key>"] } },
  etherscan: { apiKey: "<+token.etherscan>" },
  contract: "<-public.ethereum-address>",
};
=== Library/<~class>.mobileconfig
<dict>
  <key>EAPClientConfiguration</key>
  <dict><key>UserName</key><string><~user></string><key>UserPassword</key><string><+password></string></dict>
  <key>PayloadUUID</key><string><-uuid></string>
  <key>SharedSecret</key><string><+password.random></string>
</dict>
=== notes/passwords.txt
<~firm> intranet
  user: <~user>
  pass: <+password>
router <~ip> admin / <+password.human>
VPN: <~user> <+password>
backup passphrase: <+passphrase>
wiki: https://<~host>/<-text=how-to-reset-a-password>
=== export/passwords.csv
url,username,password,totpSecret,name
https://<~host>/login,<~email>,<+password.wild>,<+secret.base32>,<~word>
https://<~host>/,<~user>,<+password.random>,,<~firm>
=== export/<~word>.har
{"log": {"entries": [{"request": {"method": "POST", "url": "https://<~host>/login", "headers": [
  {"name": "Cookie", "value": "sessionid=<+secret>; csrftoken=<-secret>"},
  {"name": "Authorization", "value": "Bearer <+jwt>"},
  {"name": "ETag", "value": "<-md5>"}],
  "postData": {"text": "username=<~user>&password=<+password.random>&submit=1"}}}]}}
=== etc/sudoers.d/<~word>
<~user> ALL=(ALL) <-text=NOPASSWD:ALL>
# password of <~user>: <+password.random>
=== cloud-init/user-data
#cloud-config
users:
  - name: <~user>
    lock_passwd: false
    passwd: <+hash.sha512-crypt>
    plain_text_passwd: '<+password>'
    ssh_authorized_keys: ["<-public.ssh> <~user>"]
chpasswd:
  list: |
    root:<+password.random>
=== kickstart/ks.cfg
rootpw --iscrypted <+hash.sha512-crypt>
rootpw --plaintext <+password>
user --name=<~user> --password=<+password.random> --plaintext
auth --enableshadow --passalgo=<-text=sha512>
=== preseed.cfg
d-i passwd/root-password password <+password>
d-i passwd/user-password-crypted password <+hash.sha512-crypt>
d-i passwd/make-user boolean <-text=true>
=== Vagrantfile
Vagrant.configure("2") do |config|
  config.ssh.password = "<+password>"
  config.vm.provider :digital_ocean do |p|
    p.token = '<+token.digitalocean>'
    p.image = '<-text=debian-12-x64>'
  end
end
""")
