"""Generates configuration of public repositories: files of lines and keys, and whole documents in XML, JSON and YAML."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from .configuration_lines import LINE_FORMATS
from .kinds import ALL_KINDS
from .markup import LabelledFile, expand
from .snippets import compose, split_files

__all__ = ["generate_configuration", "generate_documents"]

FILES_PER_FORMAT = 16
FILES_PER_DOCUMENT = 5


def generate_configuration(random: Random) -> Iterator[LabelledFile]:
    """Files of lines and keys: some entries with a secret, more without; every fourth file has no secret."""
    for language in LINE_FORMATS:
        for number in range(FILES_PER_FORMAT):
            path, template = compose(language, random, with_secrets=number % 4 != 3)
            yield expand(path, template, random, ALL_KINDS, f"configuration/{language.name}")


def generate_documents(random: Random) -> Iterator[LabelledFile]:
    """Whole documents, each with secrets in some places and references, texts and digests in others."""
    for path, template in DOCUMENTS:
        for _ in range(FILES_PER_DOCUMENT):
            yield expand(path, template, random, ALL_KINDS, "configuration/documents")


DOCUMENTS = split_files(r"""
=== docker-compose<|.prod|.override|>.yml
version: "3.8"
services:
  <~word>:
    image: <~firm>/<~app>:<~version>
    environment:
      - DB_HOST=<~host>
      - <~pw.constant>=<+password>
      - "<~kn.constant>=<+secret>"
      - SMTP_PASSWORD=<-text=${SMTP_PASSWORD}>
      - TZ=Europe/Oslo
  db:
    image: mysql:8@sha256:<-sha256>
    environment:
      MYSQL_DATABASE: <~db>
      MYSQL_ROOT_PASSWORD: <+password>
      MYSQL_PASSWORD_FILE: <-text=/run/secrets/mysql>
    command: --default-authentication-plugin=<-text=mysql_native_password>
  cache:
    image: redis:7
    command: redis-server --requirepass <+password.random>
secrets:
  mysql:
    external: true
=== docker/<~word>/compose.yaml
services:
  mq:
    image: rabbitmq:3-management
    environment:
      RABBITMQ_DEFAULT_USER: <~user>
      RABBITMQ_DEFAULT_PASS: <+password>
      RABBITMQ_ERLANG_COOKIE: "<+secret>"
  web:
    build: .
    environment: {DATABASE_URL: "postgres://<~user>:<+password.random>@pg/<~db>", SESSION_KEY: <-text=$SESSION_KEY>}
    labels:
      - "traefik.http.middlewares.auth.basicauth.users=<~user>:<+hash.apr1>"
=== k8s/<~word>-secret.yaml
apiVersion: v1
kind: Secret
metadata:
  name: <~app>
  uid: <-uuid>
type: Opaque
data:
  username: <~user|b64>
  password: <+password|b64>
  <~kn.kebab>: <+secret|b64>
---
apiVersion: v1
kind: Secret
metadata: {name: <~app>-extra}
stringData:
  <~pw.snake>: "<+password>"
  config.yaml: |
    api:
      key: <+secret.hex>
=== deploy/<~app>.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: <~app>
  annotations:
    checksum/secret: <-sha256>
spec:
  template:
    spec:
      containers:
        - name: <~word>
          image: <~firm>/<~app>@sha256:<-sha256>
          env:
            - name: <~pw.constant>
              value: <+password>
            - name: API_TOKEN
              valueFrom:
                secretKeyRef:
                  name: <-text=api-token>
                  key: <-text=token>
            - name: TOKEN_PATH
              value: <-text=/var/run/secrets/token>
            - {name: <~kn.constant>, value: "<+secret.base64>"}
      imagePullSecrets:
        - name: <-text=registry-credentials>
=== charts/<~app>/values<|-prod|>.yaml
image:
  repository: <~firm>/<~app>
  tag: <-git-sha>
postgresql:
  auth:
    username: <~user>
    password: <+password>
    existingSecret: <-text=orders-postgres>
redis:
  existingSecretPasswordKey: <-text=redis-password>
ingress:
  tls:
    - secretName: <-text=wildcard-tls>
adminPassword: "<+password.wild>"
jwt:
  secret: <+secret.hex64>
=== group_vars/<|all|prod|db>/vars.yml
---
# <~sentence>
ansible_user: <~user>
ansible_password: <+password>
ansible_become_pass: "<+password>"
mysql_root_password: '<+password.wild>'
db_password: "<-text={{ vault_db_password }}>"
app_secret: <-text=!vault>
<~kn.snake>: <+secret>
nginx_ssl_certificate_key: <-text=/etc/ssl/private/nginx.key>
=== roles/<~word>/tasks/main.yml
- name: create the user
  mysql_user:
    name: <~user>
    password: <+password>
    login_password: "<-text={{ mysql_root_password }}>"
  no_log: true
- name: fetch
  get_url: url=https://<~host>/<~word>.tgz url_username=<~user> url_password=<+password.random> checksum=sha256:<-sha256>
- uri:
    url: https://<~host>/hook
    headers:
      X-Auth-Token: <+secret.hex>
=== nginx/<~word>.conf
server {
    listen 443 ssl;
    server_name <~host>;
    ssl_certificate_key <-text=/etc/nginx/ssl/server.key>;
    ssl_password_file <-text=/etc/nginx/ssl/passwords>;
    location / {
        proxy_set_header Authorization "Basic <+basic-auth>";
        proxy_set_header X-Request-Id <-text=$request_id>;
        proxy_pass http://<~host>:<~port>;
    }
    location /api {
        proxy_set_header X-Api-Key "<+secret.hex>";
        auth_basic_user_file <-text=/etc/nginx/.htpasswd>;
        if ($http_x_token != "<+secret>") { return 403; }
    }
}
=== package.json
{
  "name": "<~app>",
  "version": "<~version>",
  "scripts": {
    "db": "mysql -u <~user> -p<+password.random> <~db>",
    "deploy": "<~kn.constant>=<+secret> node deploy.js",
    "password:reset": "<-text=node scripts/reset-password.js>"
  },
  "gitHead": "<-git-sha>",
  "dependencies": {"<~word>": "git+https://<+secret.hex>:x-oauth-basic@github.com/<~firm>/<~word>.git"},
  "_integrity": "<-integrity>"
}
=== config/<|default|production|local>.json
{
  "server": {"port": <~port>, "cookieSecret": "<+secret>"},
  "database": {
    "host": "<~host>", "user": "<~user>",
    "password": "<+password.wild|json>"
  },
  "<~kn.camel>": "<+secret.base64>",
  "mail": {"auth": {"user": "<~email>", "pass": "<+password>"}},
  "i18n": {"password": "<-text=Wachtwoord>", "forgotPassword": "<-text=Wachtwoord vergeten?>"},
  "passwordFieldId": "<-text=login-password>",
  "tokenUrl": "<-text=https://login.acmetools.net/oauth/token>",
  "buildId": "<-uuid>"
}
=== appsettings<|.Development|.Production|>.json
{
  "ConnectionStrings": {
    "Default": "Server=tcp:<~host>,1433;Initial Catalog=<~db>;User ID=<~user>;Password=<+password>;Encrypt=True;",
    "Local": "<-text=Server=(localdb)\\mssqllocaldb;Database=app;Trusted_Connection=True>"
  },
  "Jwt": {"Issuer": "<~host>", "Key": "<+password.random>"},
  "AzureAd": {"ClientId": "<-uuid>", "TenantId": "<-uuid>", "ClientSecret": "<+secret.symbols|json>"},
  "Smtp": {"UserName": "<~email>", "Password": "<+password>"},
  "KeyVault": {"SecretName": "<-text=sql-password>"}
}
=== postman/<~class>.postman_collection.json
{
  "info": {"_postman_id": "<-uuid>", "name": "<~class>"},
  "item": [{
    "name": "login",
    "request": {
      "method": "POST",
      "header": [{"key": "Authorization", "value": "Bearer <+jwt>"}, {"key": "X-Token", "value": "<-text={{token}}>"}],
      "auth": {"type": "basic", "basic": [{"key": "password", "value": "<+password>", "type": "string"}]},
      "body": {"mode": "raw", "raw": "{\"username\": \"<~user>\", \"password\": \"<+password>\"}"}
    }
  }]
}
=== src/main/resources/<|context|beans|persistence>.xml
<?xml version="1.0" encoding="UTF-8"?>
<beans>
  <bean id="dataSource" class="org.apache.commons.dbcp.BasicDataSource">
    <property name="url" value="jdbc:mysql://<~host>/<~db>"/>
    <property name="username" value="<~user>"/>
    <property name="password" value="<+password>"/>
  </bean>
  <property name="hibernate.connection.password"><+password></property>
  <bean id="encoder" class="<-text=org.springframework.security.crypto.password.StandardPasswordEncoder>"/>
  <property name="mailPassword" value="<-text=${mail.password}>"/>
  <password><+password></password>
  <entry key="<~kn.dotted>"><+secret></entry>
</beans>
=== <|web|app>.config
<configuration>
  <connectionStrings>
    <add name="Main" connectionString="Data Source=<~host>;Initial Catalog=<~db>;User Id=<~user>;Password=<+password>" />
    <add name="Local" connectionString="<-text=Data Source=.;Integrated Security=SSPI>" />
  </connectionStrings>
  <appSettings>
    <add key="<~kn.pascal>" value="<+secret.base64>" />
    <add key="SmtpPassword" value="<+password>" />
    <add key="PasswordMinimumLength" value="<-text=10>" />
  </appSettings>
  <system.web>
    <machineKey validationKey="<+secret.hex128>" decryptionKey="<+secret.hex64>" validation="SHA1" />
    <membership><providers><add passwordFormat="<-text=Hashed>" /></providers></membership>
  </system.web>
  <assemblyIdentity name="<~class>" publicKeyToken="<-hex16>" />
</configuration>
=== app/src/main/res/values/strings.xml
<resources>
    <string name="app_name"><~class></string>
    <string name="password"><-text=Hasło></string>
    <string name="forgot_password"><-text=Nie pamiętasz hasła?></string>
    <string name="google_maps_key" translatable="false"><+secret.urlsafe></string>
    <string name="<~kn.snake>"><+secret.hex></string>
    <string name="pref_token_key"><-text=pref_token></string>
</resources>
=== <~class>/Info.plist
<plist version="1.0">
<dict>
    <key>CFBundleIdentifier</key>
    <string>com.<~firm>.<~word></string>
    <key><~kn.pascal></key>
    <string><+secret></string>
    <key>PasswordPrompt</key>
    <string><-text=Enter the password></string>
</dict>
</plist>
=== .github/workflows/<~word>.yml
name: <~word>
on: push
env:
  <~kn.constant>: <+secret>
  REGISTRY_TOKEN: <-text=${{ secrets.REGISTRY_TOKEN }}>
jobs:
  build:
    runs-on: ubuntu-latest
    services:
      postgres:
        image: postgres:16
        env:
          POSTGRES_PASSWORD: <-text=postgres>
    steps:
      - uses: actions/checkout@<-git-sha>
        with:
          token: <-text=${{ github.token }}>
      - run: curl -u <~user>:<+password> -T dist.tgz https://<~host>/upload
=== .gitlab-ci.yml
variables:
  DEPLOY_PASSWORD: "<+password>"
  MYSQL_ROOT_PASSWORD: <-text=root>
  DOCKER_AUTH_CONFIG: '{"auths": {"registry.<~host>": {"auth": "<+basic-auth>"}}}'
deploy:
  script:
    - docker login -u "<-text=$CI_REGISTRY_USER>" -p "<-text=$CI_REGISTRY_PASSWORD>" $CI_REGISTRY
    - sshpass -p <+password.random> scp dist.tgz <~user>@<~host>:/srv
=== notebooks/<~word>.ipynb
{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": <~int>,
   "metadata": {"id": "<-lower12>"},
   "outputs": [{"data": {"image/png": "<-image>"}, "metadata": {}, "output_type": "display_data"}],
   "source": [
    "import requests\n",
    "<~kn.snake> = '<+secret>'\n",
    "conn = connect(host='<~host>', user='<~user>', password=\"<+password>\")\n",
    "password = <-text=getpass.getpass()>\n"
   ]
  }
 ],
 "metadata": {"language_info": {"name": "python"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
=== infrastructure/<~word>.template.yaml
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  DbPassword:
    Type: String
    NoEcho: true
    Default: <+password>
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUsername: <~user>
      MasterUserPassword: "<-text={{resolve:secretsmanager:orders/db:SecretString:password}}>"
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Environment:
        Variables:
          <~kn.constant>: <+secret.hex>
          QUEUE: <-arn>
  Cache:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties:
      AuthToken: <+password.random>
=== log/<~word>.log
<~date> 10:02:11 INFO  connecting to postgres://<~user>:<+password.random>@<~host>/<~db>
<~date> 10:02:12 DEBUG request GET /v1/<~word>?api_key=<+secret.hex>&page=2
<~date> 10:02:12 DEBUG header Authorization: Bearer <+jwt>
<~date> 10:02:13 WARN  login of <~user> failed: <-text=wrong password>
<~date> 10:02:14 INFO  trace <-uuid> commit <-git-sha>
""")
