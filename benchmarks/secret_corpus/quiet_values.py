"""Files with values that are no secret: ciphertext, digests, public keys, identifiers, throwaway credentials."""

from __future__ import annotations

__all__ = ["VALUES"]

VALUES = r"""
=== secrets/prod.enc.yaml :: ciphertext of SOPS
db_password: ENC[AES256_GCM,data:<-b64-24>,iv:<-b64-32>,tag:<-b64-16>,type:str]
api_token: ENC[AES256_GCM,data:<-b64-32>,iv:<-b64-32>,tag:<-b64-16>,type:str]
sops:
  kms: [{arn: "arn:aws:kms:eu-west-1:<-account>:key/<-uuid>", created_at: "2024-03-02T10:00:00Z", enc: <-ciphertext>}]
  age:
    - recipient: <-public.age>
  mac: ENC[AES256_GCM,data:<-secret.base64>,iv:<-b64-32>,tag:<-b64-16>,type:str]
  version: 3.8.1
=== secrets/prod.env :: ciphertext of SOPS in a .env file
DB_PASSWORD=ENC[AES256_GCM,data:<-b64-24>,iv:<-b64-32>,tag:<-b64-16>,type:str]
sops_lastmodified=2024-03-02T10:00:00Z
sops_mac=ENC[AES256_GCM,data:<-secret.base64>,iv:<-b64-32>,tag:<-b64-16>,type:str]
=== k8s/sealed.yaml :: a SealedSecret is encrypted for one cluster
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: shop-database, namespace: shop}
spec:
  encryptedData:
    password: Ag<-ciphertext>
    api-token: Ag<-ciphertext>
=== group_vars/all/vault.yml :: ciphertext of Ansible
$ANSIBLE_VAULT;1.1;AES256
<-hex80>
<-hex80>
<-hex80>
=== group_vars/all/vars.yml :: one encrypted value
db_password: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  <-hex80>
  <-hex80>
=== hieradata/common.eyaml :: ciphertext of hiera-eyaml
profile::db::password: ENC[PKCS7,MIIBiQ<-ciphertext>]
profile::api::token: >
  ENC[PKCS7,MIIBiQ<-ciphertext>]
=== .travis.yml :: values that Travis encrypted
env:
  global:
    - secure: "<-ciphertext>"
deploy:
  provider: pypi
  password:
    secure: <-ciphertext>
=== appveyor.yml :: values that AppVeyor encrypted
environment:
  NUGET_API_KEY:
    secure: <-b64-48>
  GITHUB_TOKEN: {secure: <-b64-48>}
=== application-prod.properties :: values that Jasypt encrypted
spring.datasource.password=ENC(<-b64-32>)
api.token=ENC(<-b64-48>)
jasypt.encryptor.algorithm=PBEWITHHMACSHA512ANDAES_256
=== config.json :: values that KMS encrypted
{"dbPassword": {"kmsEncrypted": "AQICAH<-ciphertext>"}, "algorithm": "SYMMETRIC_DEFAULT"}
=== credentials.yml.enc :: ciphertext of Rails
<-ciphertext>--<-b64-12>--<-b64-16>
=== settings-security.xml :: a password that Maven encrypted
<settings>
  <servers><server><id>releases</id><username>build</username><password>{<-b64-32>}</password></server></servers>
</settings>
=== notes.asc :: an encrypted message of PGP
-----BEGIN PGP MESSAGE-----

<-ciphertext>
=<-crc>
-----END PGP MESSAGE-----
=== secret.age :: a file that age encrypted
-----BEGIN AGE ENCRYPTED FILE-----
<-ciphertext>
-----END AGE ENCRYPTED FILE-----
=== .secrets.baseline :: digests of findings
{
  "version": "1.5.0",
  "results": {
    "config/settings.py": [
      {"type": "Secret Keyword", "filename": "config/settings.py", "hashed_secret": "<-sha1>", "line_number": 12},
      {"type": "Hex High Entropy String", "filename": "config/settings.py", "hashed_secret": "<-sha1>", "line_number": 40}
    ]
  }
}
=== package-lock.json :: digests of packages
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/js-tokens": {"version": "4.0.0", "integrity": "<-integrity>"},
    "node_modules/password-prompt": {
      "version": "1.1.3",
      "resolved": "https://registry.npmjs.org/password-prompt/-/password-prompt-1.1.3.tgz",
      "integrity": "<-integrity>"
    }
  }
}
=== yarn.lock :: digests of packages
"js-tokens@^3.0.0 || ^4.0.0":
  version "4.0.0"
  resolved "https://registry.yarnpkg.com/js-tokens/-/js-tokens-4.0.0.tgz#<-sha1>"
  integrity <-integrity>
=== poetry.lock :: digests of packages
[[package]]
name = "keyring"
version = "24.3.1"
files = [
    {file = "keyring-24.3.1-py3-none-any.whl", hash = "sha256:<-sha256>"},
    {file = "keyring-24.3.1.tar.gz", hash = "sha256:<-sha256>"},
]
=== requirements.txt :: digests of packages
secretstorage==3.3.3 \
    --hash=sha256:<-sha256> \
    --hash=sha256:<-sha256>
=== go.sum :: digests of modules
github.com/golang-jwt/jwt/v5 v5.2.1 h1:<-b64-32>
github.com/golang-jwt/jwt/v5 v5.2.1/go.mod h1:<-b64-32>
=== Cargo.lock :: digests of crates
[[package]]
name = "secrecy"
version = "0.8.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "<-sha256>"
=== Podfile.lock :: digests of pods
SPEC CHECKSUMS:
  GoogleSignIn: <-sha1>
  KeychainAccess: <-sha1>
PODFILE CHECKSUM: <-sha1>
=== composer.lock :: references of packages
{"content-hash": "<-md5>", "packages": [{"name": "lcobucci/jwt", "source": {"type": "git", "reference": "<-git-sha>"},
 "dist": {"type": "zip", "reference": "<-git-sha>", "shasum": "<-sha1>"}}]}
=== SHA256SUMS :: digests of files
<-sha256>  shop-4.2.0-linux-amd64.tar.gz
<-sha256>  shop-4.2.0-darwin-arm64.tar.gz
<-sha256> *password-generator.exe
=== .terraform.lock.hcl :: digests of providers
provider "registry.terraform.io/hashicorp/aws" {
  version = "5.31.0"
  hashes = ["h1:<-b64-32>", "zh:<-sha256>", "zh:<-sha256>"]
}
=== Formula/shop.rb :: a digest in a formula
class Shop < Formula
  url "https://releases.acmetools.net/shop-4.2.0.tar.gz"
  sha256 "<-sha256>"
  head "https://github.com/acme/shop.git", revision: "<-git-sha>"
end
=== Dockerfile :: digests and the fingerprint of a public key
FROM python:3.12-slim@sha256:<-sha256>
ENV GPG_KEY=<-gpg-fingerprint>
ENV PYTHON_GET_PIP_SHA256=<-sha256>
ARG TOKEN_URL=https://login.acmetools.net/oauth/token
=== index.html :: subresource integrity and a nonce
<script src="https://cdn.acmetools.net/app.js" integrity="<-integrity>" crossorigin="anonymous"></script>
<link rel="stylesheet" href="/static/app.<-hex8>.css">
<script nonce="{{ csp_nonce }}">start();</script>
=== BUILD.bazel :: digests of archives
http_archive(
    name = "com_google_tink",
    sha256 = "<-sha256>",
    urls = ["https://github.com/tink-crypto/tink/archive/<-git-sha>.zip"],
)
=== flake.lock :: digests of inputs
{"nodes": {"nixpkgs": {"locked": {"narHash": "sha256-<-b64-32>", "rev": "<-git-sha>", "type": "github"}}}}
=== .pre-commit-config.yaml :: revisions
repos:
  - repo: https://github.com/Yelp/detect-secrets
    rev: <-git-sha>
    hooks: [{id: detect-secrets, args: ["--baseline", ".secrets.baseline"]}]
=== .git-blame-ignore-revs :: revisions
# reformat everything
<-git-sha>
# rename password to passphrase
<-git-sha>
=== certs/ca.pem :: a certificate is public
<-public.certificate>
=== certs/chain.crt :: certificates are public
<-public.certificate>
<-public.certificate>
=== keys/jwt.pub :: a public key
<-public.pem>
=== keys/release.asc :: a public key of PGP
<-public.pgp>
=== .ssh/authorized_keys :: public keys of SSH
<-public.ssh> deploy@ci
<-public.ssh-rsa> anna@laptop
=== known_hosts :: keys of hosts
github.com <-public.ssh>
|1|<-b64-20>|<-b64-20> <-public.ssh-rsa>
=== jwks.json :: a set of public keys
{"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "<-b64-20>", "e": "AQAB",
   "n": "<-secret.urlsafe><-secret.urlsafe><-secret.urlsafe>"}]}
=== saml/metadata.xml :: the certificate of an identity provider
<md:KeyDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" use="signing">
  <ds:KeyInfo><ds:X509Data><ds:X509Certificate><-ciphertext></ds:X509Certificate></ds:X509Data></ds:KeyInfo>
</md:KeyDescriptor>
=== dns/zone.txt :: the public key of DKIM
mail._domainkey IN TXT "v=DKIM1; k=rsa; p=<-ciphertext>"
_acme-challenge IN TXT "<-secret.urlsafe>"
@ IN TXT "google-site-verification=<-secret.urlsafe>"
=== web/firebase.js :: identifiers that every visitor sees
export const firebase = {
  authDomain: "web-shop-221.firebaseapp.com",
  projectId: "web-shop-221",
  messagingSenderId: "<-number>",
  appId: "<-firebase-app>",
};
export const stripe = Stripe("<-public.stripe-publishable>");
=== web/analytics.html :: identifiers of analytics
<script async src="https://www.googletagmanager.com/gtag/js?id=<-public.analytics>"></script>
<div class="g-recaptcha" data-sitekey="<-public.recaptcha-site>"></div>
=== src/ids.ts :: identifiers of a cloud
export const userPoolId = '<-public.aws-pool>';
export const tenantId = '<-uuid>';
export const clientId = '<-public.google-client>';
export const accountSid = '<-public.twilio-account>';
export const distribution = 'E<-upper10>ABC';
export const instance = '<-public.aws-instance>';
=== infrastructure/ids.tfvars :: identifiers of a cloud
account_id      = "<-account>"
subnet_ids      = ["subnet-0<-hex16>", "subnet-0<-hex16>"]
hosted_zone_id  = "Z0<-upper10>XYZQW"
certificate_arn = "arn:aws:acm:us-east-1:<-account>:certificate/<-uuid>"
kms_key_id      = "<-uuid>"
ami             = "ami-0<-hex16>"
=== contracts/addresses.json :: addresses and hashes of a chain
{"token": "<-public.ethereum-address>", "tokenV2": "<-public.ethereum-address>", "deployTx": "<-public.transaction>"}
=== fixtures/trace.json :: identifiers of a trace
{"traceId": "<-md5>", "spanId": "<-hex16>", "sessionId": "<-uuid>", "etag": "\"<-md5>\"", "requestToken": null}
=== fixtures/image.css :: the data of an image
.lock-password { background-image: url("data:image/png;base64,<-image>"); }
=== src/icons.js :: the data of images
export const keyIcon = 'data:image/png;base64,<-image>';
export const tokenIcon = `<svg viewBox="0 0 24 24"><path d="M12 1a4 4 0 0 0-4 4v3H6a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h12"/></svg>`;
=== notebook.ipynb :: the output of a cell
{"cells": [{"cell_type": "code", "metadata": {"id": "<-lower12>"}, "outputs": [{"data": {"image/png": "<-image>"}}],
 "source": ["password = getpass.getpass()\n", "token = os.environ['API_TOKEN']\n"]}], "nbformat": 4, "nbformat_minor": 5}
=== src/Version.cs :: identifiers of .NET
[assembly: Guid("<-uuid>")]
[assembly: InternalsVisibleTo("Shop.Tests, PublicKey=0024000004800000<-hex80><-hex80>")]
=== shop.sln :: identifiers of projects
Project("{<-uuid>}") = "Shop.PasswordService", "src\Shop.PasswordService.csproj", "{<-uuid>}"
EndProject
=== web.config :: the token of an assembly's public key
<dependentAssembly>
  <assemblyIdentity name="Newtonsoft.Json" publicKeyToken="<-hex16>" culture="neutral" />
</dependentAssembly>
=== project.pbxproj :: identifiers of Xcode
<-gpg24> /* PasswordField.swift in Sources */ = {isa = PBXBuildFile; fileRef = <-gpg24> /* PasswordField.swift */; };
=== tests/vectors.py :: test vectors of a digest
VECTORS = [
    (b"", "<-sha256>"),
    (b"abc", "<-sha256>"),
]
=== migrations/versions.py :: revisions of migrations
revision = "<-lower12>"
down_revision = "<-lower12>"
=== .env.development :: throwaway credentials of a developer's own services
DATABASE_URL=<-local-url>
TEST_DATABASE_URL=<-local-url>
CACHE_URL=<-local-url>
MINIO_ROOT_USER=minioadmin
MINIO_ROOT_PASSWORD=minioadmin
=== docker-compose.dev.yml :: throwaway credentials of local services
services:
  db:
    image: postgres:16
    ports: ["127.0.0.1:5432:5432"]
    environment: {POSTGRES_USER: postgres, POSTGRES_PASSWORD: postgres, POSTGRES_DB: shop}
  mysql:
    image: mysql:8
    environment:
      MYSQL_ROOT_PASSWORD: root
      MYSQL_PASSWORD: shop
      MYSQL_USER: shop
  mq:
    image: rabbitmq:3
    environment:
      - RABBITMQ_DEFAULT_USER=guest
      - RABBITMQ_DEFAULT_PASS=guest
=== docker-compose.test.yml :: throwaway credentials of a test
services:
  tests:
    environment:
      DATABASE_URL: <-local-url>
      AWS_ACCESS_KEY_ID: test
      AWS_SECRET_ACCESS_KEY: test
      SECRET_KEY: dummy
      REDIS_PASSWORD: redis
=== .github/workflows/tests.yml :: services of a test
jobs:
  test:
    runs-on: ubuntu-latest
    services:
      postgres:
        image: postgres:16
        env: {POSTGRES_PASSWORD: postgres}
      mysql:
        image: mysql:8
        env:
          MYSQL_ROOT_PASSWORD: root
    env:
      DATABASE_URL: <-local-url>
      MYSQL_PWD: root
=== bitbucket-pipelines.yml :: services of a test
definitions:
  services:
    mysql:
      image: mysql:8
      variables:
        MYSQL_DATABASE: test
        MYSQL_ROOT_PASSWORD: root
=== tests/conftest.py :: a server that the test starts
import pytest


@pytest.fixture
def connection(postgres_container):
    return connect(host="localhost", user="test", password="test", dbname="test")


@pytest.fixture(autouse=True)
def credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "testing")
=== src/test/resources/application-test.properties :: a database in memory
spring.datasource.url=jdbc:h2:mem:test;DB_CLOSE_DELAY=-1
spring.datasource.username=sa
spring.datasource.password=
spring.rabbitmq.username=guest
spring.rabbitmq.password=guest
=== config/database.test.yml :: the test database of a framework
test:
  adapter: mysql2
  host: 127.0.0.1
  username: root
  password: root
=== Vagrantfile :: the well-known user of a virtual machine
Vagrant.configure("2") do |config|
  config.vm.box = "debian/bookworm64"
  config.ssh.username = "vagrant"
  config.ssh.password = "<-text=vagrant>"
end
=== Makefile :: a database in a container
db:
	docker run -d -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=postgres postgres:16
	PGPASSWORD=postgres psql -h localhost -U postgres -c 'create database shop'
=== .devcontainer/docker-compose.yml :: a database for developers
services:
  db:
    image: postgres:16
    environment: {POSTGRES_USER: dev, POSTGRES_PASSWORD: dev, POSTGRES_DB: dev}
=== localstack.tf :: the emulator takes any credentials
provider "aws" {
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  endpoints { s3 = "http://localhost:4566" }
}
=== azurite.env :: an emulator that needs no key
AzureWebJobsStorage=UseDevelopmentStorage=true
COSMOS_ENDPOINT=https://localhost:8081/
=== phpunit.xml :: the environment of a test
<php>
  <env name="APP_ENV" value="testing"/>
  <env name="DB_USERNAME" value="root"/>
  <env name="DB_PASSWORD" value=""/>
  <env name="MAIL_PASSWORD" value="null"/>
</php>
"""
