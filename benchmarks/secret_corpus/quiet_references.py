"""Files that name secrets and hold none: references, permissions, cloud identifiers, settings about secrets."""

from __future__ import annotations

__all__ = ["REFERENCES"]

REFERENCES = r"""
=== buildspec.yml :: the values of secrets-manager and parameter-store are names
version: 0.2
env:
  secrets-manager:
    DB_PASSWORD: prod/orders/postgres:password
    API_TOKEN: "prod/partner-api:token::"
    SONAR_TOKEN: arn:aws:secretsmanager:eu-west-1:<-account>:secret:ci/sonar-Ab12Cd
  parameter-store:
    NPM_TOKEN: /ci/npm/token
phases:
  build:
    commands: [make]
=== infrastructure/database.yaml :: a dynamic reference is resolved at deployment
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      MasterUsername: orders
      MasterUserPassword: '{{resolve:secretsmanager:prod/orders/master:SecretString:password}}'
=== infrastructure/cache.yaml :: a reference to a secure parameter
Resources:
  Cache:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties:
      AuthToken: "{{resolve:ssm-secure:/prod/cache/auth-token:3}}"
      TransitEncryptionEnabled: true
=== infrastructure/roles.json :: actions of IAM about secrets
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["secretsmanager:PutSecretValue", "secretsmanager:GetRandomPassword", "iam:ChangePassword"],
      "Resource": "arn:aws:secretsmanager:us-east-1:<-account>:secret:prod/billing/stripe-??????"
    },
    {"Effect": "Deny", "Action": "sts:GetSessionToken", "Resource": "*"}
  ]
}
=== infrastructure/api.yaml :: ApiKeySourceType is where the key comes from
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: orders
      ApiKeySourceType: HEADER
  Plan:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyType: API_KEY, KeyId: !Ref PartnerKey}
=== infrastructure/queue.json :: ARNs of queues and topics with long names
{
  "orders": "<-arn>",
  "deadLetters": "<-arn>",
  "alarms": "arn:aws:sns:eu-central-1:<-account>:platform-production-high-error-rate-notifications",
  "function": "arn:aws:lambda:eu-west-1:<-account>:function:payments-prod-password-reset-mailer:live"
}
=== infrastructure/generated_secret.yaml :: GenerateSecretString describes a password and has none
Resources:
  MasterSecret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: prod/orders/master
      GenerateSecretString:
        SecretStringTemplate: '{"username": "orders"}'
        GenerateStringKey: password
        PasswordLength: 32
        ExcludeCharacters: '"@/\'
=== src/secrets_client.py :: SecretId is a name
import json

import boto3


def read_credentials() -> dict[str, str]:
    client = boto3.client("secretsmanager", region_name="eu-west-1")
    answer = client.get_secret_value(SecretId="prod/orders/postgres-credentials")
    return json.loads(answer["SecretString"])
=== .github/workflows/deploy.yml :: values come from the secrets of the repository
name: deploy
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
      AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
    steps:
      - uses: actions/checkout@<-git-sha>
      - run: |
          curl -H "Authorization: Bearer ${{ secrets.DEPLOY_TOKEN }}" https://deploy.acmetools.net/v1/releases
=== .gitlab-ci.yml :: variables of the project
deploy:
  image: docker:27
  script:
    - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    - 'curl --header "PRIVATE-TOKEN: $DEPLOY_TOKEN" "$CI_API_V4_URL/projects"'
=== azure-pipelines.yml :: variables and a group
variables:
  - group: production-secrets
  - name: sqlPassword
    value: $(KeyVault.SqlPassword)
steps:
  - script: ./deploy --password "$(sqlPassword)"
    env:
      SYSTEM_ACCESSTOKEN: $(System.AccessToken)
=== Jenkinsfile :: credentials() takes an id
pipeline {
  agent any
  environment {
    NEXUS = credentials('nexus-deployment-account')
    SONAR_TOKEN = credentials('sonarqube-analysis-token')
  }
  stages {
    stage('build') { steps { withCredentials([string(credentialsId: 'slack-bot-token', variable: 'TOKEN')]) { sh 'make' } } }
  }
}
=== .circleci/config.yml :: a context and variables
version: 2.1
jobs:
  publish:
    docker:
      - image: cimg/node:20.11
        auth:
          username: $DOCKERHUB_USERNAME
          password: $DOCKERHUB_PASSWORD
    steps: [checkout, {run: "npm publish"}]
=== k8s/ingress.yaml :: secretName is the name of a certificate
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  tls:
    - hosts: [shop.acmetools.net]
      secretName: shop-acmetools-net-tls
=== k8s/deployment.yaml :: secretKeyRef and secretRef
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  annotations: {checksum/secret: <-sha256>}
spec:
  template:
    spec:
      serviceAccountName: shop-token-reviewer
      imagePullSecrets: [{name: registry-pull-secret}]
      containers:
        - name: shop
          env:
            - name: DB_PASSWORD
              valueFrom: {secretKeyRef: {name: shop-database, key: password}}
          envFrom: [{secretRef: {name: shop-tokens}}]
      volumes:
        - name: secrets
          secret: {secretName: shop-files, items: [{key: private-key, path: private.pem}]}
=== k8s/external-secret.yaml :: an ExternalSecret names keys of another store
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: shop-database}
spec:
  secretStoreRef: {name: vault-backend, kind: ClusterSecretStore}
  target: {name: shop-database}
  data:
    - secretKey: password
      remoteRef: {key: secret/data/shop, property: db_password}
=== charts/shop/values.yaml :: existingSecret and its keys are names
postgresql:
  auth:
    existingSecret: shop-postgresql-credentials
    secretKeys:
      adminPasswordKey: postgres-password
      userPasswordKey: user-password
redis:
  auth: {existingSecret: shop-redis, existingSecretPasswordKey: redis-password}
=== charts/shop/templates/secret.yaml :: a template without its values
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "shop.fullname" . }}
type: Opaque
data:
  password: {{ .Values.auth.password | default (randAlphaNum 24) | b64enc | quote }}
  api-token: {{ required "auth.token is needed" .Values.auth.token | b64enc }}
=== docker-compose.yml :: files and variables
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/db_password
    secrets: [db_password]
  web:
    environment:
      - DATABASE_PASSWORD=${DATABASE_PASSWORD:?set it in .env}
      - SESSION_SECRET
secrets:
  db_password: {file: ./secrets/db_password.txt}
=== main.tf :: attributes of other resources
resource "random_password" "db" {
  length  = 32
  special = false
}

resource "aws_db_instance" "orders" {
  username = "orders"
  password = random_password.db.result
}

data "aws_secretsmanager_secret_version" "api" {
  secret_id = "prod/orders/partner-api-token"
}

provider "datadog" {
  api_key = var.datadog_api_key
  app_key = data.vault_generic_secret.datadog.data["app_key"]
}
=== variables.tf :: descriptions of secrets
variable "master_password" {
  description = "Password of the master user, 16 signs or more"
  type        = string
  sensitive   = true
}

variable "github_token_secret_name" {
  default = "ci/github-token"
}
=== playbook.yml :: values from the vault and from lookups
- hosts: web
  vars:
    db_password: "{{ vault_db_password }}"
    api_token: "{{ lookup('community.hashi_vault.hashi_vault', 'secret=secret/data/api:token') }}"
    admin_password: "{{ lookup('env', 'ADMIN_PASSWORD') }}"
  tasks:
    - community.postgresql.postgresql_user: {name: web, password: "{{ db_password }}"}
      no_log: true
=== src/main/resources/application.yml :: placeholders of Spring
spring:
  datasource:
    url: jdbc:postgresql://${DB_HOST:localhost}:5432/shop
    username: ${DB_USER}
    password: ${DB_PASSWORD}
  security:
    oauth2:
      client:
        registration:
          keycloak: {client-id: shop, client-secret: "${KEYCLOAK_CLIENT_SECRET:}"}
=== src/Config.cs :: keys of configuration
public static class Config
{
    public static string Password(IConfiguration configuration) => configuration["Database:Password"];
    public const string ClientSecretKey = "<-text=AzureAd:ClientSecret>";
    public const string SecretName = "<-text=sql-admin-password>";
}
=== appsettings.json :: a reference to Key Vault
{
  "ConnectionStrings": {"Default": "Server=tcp:shop.database.windows.net;Database=shop;Authentication=Active Directory Default"},
  "Stripe": {"ApiKey": "@Microsoft.KeyVault(SecretUri=https://kv-shop.vault.azure.net/secrets/stripe-api-key/)"}
}
=== cloudbuild.yaml :: availableSecrets names versions
steps:
  - name: gcr.io/cloud-builders/npm
    secretEnv: ['NPM_TOKEN']
availableSecrets:
  secretManager:
    - versionName: projects/$PROJECT_ID/secrets/npm-publish-token/versions/latest
      env: NPM_TOKEN
=== app.yaml :: environment without values
runtime: python312
env_variables:
  DB_PASSWORD_SECRET: projects/web-shop-221/secrets/db-password/versions/3
  TOKEN_CACHE: memory
=== serverless.yml :: variables of the framework
service: orders
provider:
  name: aws
  environment:
    API_KEY: ${ssm:/orders/${sls:stage}/api-key}
    DB_PASSWORD: ${env:DB_PASSWORD}
    TOKEN_TABLE: !Ref TokenTable
=== .npmrc :: the token comes from the environment
registry=https://npm.acmetools.net/
//npm.acmetools.net/:_authToken=${NPM_TOKEN}
//npm.acmetools.net/:always-auth=true
=== settings.xml :: Maven's settings with the environment
<settings>
  <servers>
    <server>
      <id>releases</id>
      <username>${env.NEXUS_USERNAME}</username>
      <password>${env.NEXUS_PASSWORD}</password>
    </server>
  </servers>
</settings>
=== NuGet.Config :: a password from the environment
<configuration>
  <packageSourceCredentials>
    <Internal>
      <add key="Username" value="build" />
      <add key="ClearTextPassword" value="%NUGET_PASSWORD%" />
    </Internal>
  </packageSourceCredentials>
</configuration>
=== pip.conf :: variables in the URL of an index
[global]
index-url = https://${PIP_USER}:${PIP_TOKEN}@pypi.acmetools.net/simple
=== gradle/publish.gradle :: properties and environment
publishing {
    repositories {
        maven {
            url = "https://maven.acmetools.net/releases"
            credentials {
                username = findProperty("mavenUser") ?: System.getenv("MAVEN_USER")
                password = findProperty("mavenPassword") ?: System.getenv("MAVEN_PASSWORD")
            }
        }
    }
}
=== etc/sudoers.d/deploy :: NOPASSWD is a permission
deploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart shop
%wheel ALL=(ALL) NOPASSWD:ALL
=== nginx/site.conf :: variables and files
server {
    listen 443 ssl;
    ssl_certificate_key /etc/nginx/ssl/shop.acmetools.net.key;
    ssl_password_file /etc/nginx/ssl/passwords;
    location / {
        auth_basic_user_file /etc/nginx/htpasswd;
        proxy_set_header Authorization $http_authorization;
        proxy_set_header X-Api-Token $arg_token;
    }
}
=== env.sh :: every value comes from a program
export DB_PASSWORD="$(pass show shop/database)"
export GITHUB_TOKEN=$(gh auth token)
export VAULT_TOKEN=$(cat ~/.vault-token)
export API_KEY=`<-text=security find-generic-password -s shop -w>`
export AWS_PROFILE=production
=== .envrc :: op and doppler references
export DB_PASSWORD="op://Production/orders-database/password"
export STRIPE_KEY=$(doppler secrets get STRIPE_KEY --plain)
use vault secret/shop/tokens
=== vault/policy.hcl :: paths of secrets
path "secret/data/shop/api-token" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
=== vault-agent.ctmpl :: a template
{{ with secret "database/creds/orders" }}
DB_USERNAME={{ .Data.username }}
DB_PASSWORD={{ .Data.password }}
{{ end }}
=== src/login.js :: calls and variables
export async function login(user, password) {
  const token = await requestToken({ username: user, password: password });
  sessionStorage.setItem('access_token', token.accessToken);
  return { Authorization: `Bearer ${token.accessToken}` };
}
=== src/login.py :: attributes and calls
def login(form, users):
    password = form.cleaned_data["password"]
    user = users.by_name(form.user)
    user.password = hash_password(password, salt=user.salt)
    user.api_key = secrets.token_urlsafe(32)
    password_ok = user.check_password(password)
    return password_ok
=== src/Token.java :: types and getters
public class Token {
    private final String accessToken;
    private final TokenSecret tokenSecret = TokenSecret.generate();
    private String password = null;

    public Token(String accessToken) { this.accessToken = accessToken; }
    public String getPassword() { return password; }
}
=== cmd/server/main.go :: flags and the environment
package main

import (
	"flag"
	"os"
)

var password = flag.String("password", os.Getenv("SHOP_PASSWORD"), "password of the database")
var tokenFile = flag.String("token-file", "/var/run/secrets/kubernetes.io/serviceaccount/token", "file of the token")
=== src/config.rs :: types of settings
#[derive(Deserialize)]
pub struct Config {
    pub password: SecretString,
    pub api_token: Option<Secret<String>>,
}
pub fn password() -> String { std::env::var("DB_PASSWORD").expect("DB_PASSWORD is not set") }
=== config/database.yml :: a template of Rails
production:
  adapter: postgresql
  username: shop
  password: <%= ENV["SHOP_DATABASE_PASSWORD"] %>
  url: <%= Rails.application.credentials.dig(:database, :url) %>
=== config/secrets.php :: env() of Laravel
<?php
return [
    'stripe' => ['secret' => env('STRIPE_SECRET')],
    'mail' => ['password' => env('MAIL_PASSWORD', '')],
    'key' => getenv('APP_KEY'),
];
=== template.yaml :: parameters that hide their values
Parameters:
  DatabasePassword:
    Type: String
    NoEcho: true
    MinLength: 16
    Description: The password of the master user
  TokenParameter:
    Type: AWS::SSM::Parameter::Value<String>
    Default: /orders/prod/token-name
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {MasterUserPassword: !Ref DatabasePassword, MasterUserSecret: !GetAtt Cluster.MasterUserSecret.SecretArn}
=== cdk/stack.ts :: constructs that refer to secrets
const password = secretsmanager.Secret.fromSecretNameV2(this, 'Password', 'prod/orders/password');
const token = cdk.SecretValue.secretsManager('github-access-token');
const user = new cognito.UserPoolClient(this, 'Client', { generateSecret: true, authFlows: { userPassword: true } });
new cdk.CfnOutput(this, 'PasswordArn', { value: password.secretArn });
=== pulumi/index.ts :: settings that are secret
const config = new pulumi.Config();
const password = config.requireSecret("dbPassword");
export const connectionString = pulumi.secret(pulumi.interpolate`postgres://shop:${password}@${db.address}/shop`);
=== Pulumi.prod.yaml :: ciphertext of Pulumi
config:
  aws:region: eu-west-1
  shop:dbPassword:
    secure: v1:<-b64-12>:<-ciphertext>
encryptionsalt: v1:<-b64-8>=:v1:<-b64-12>:<-secret.base64>
=== bitbucket-pipelines.yml :: variables of the repository
pipelines:
  default:
    - step:
        script:
          - pipe: atlassian/aws-s3-deploy:1.1.0
            variables:
              AWS_SECRET_ACCESS_KEY: $AWS_SECRET_ACCESS_KEY
              AWS_SESSION_TOKEN: ${AWS_SESSION_TOKEN}
=== renovate.json :: a name of a variable, and an encrypted value
{
  "hostRules": [{"matchHost": "npm.acmetools.net", "token": "{{ secrets.NPM_TOKEN }}"}],
  "encrypted": {"npmToken": "<-ciphertext>"}
}
=== okteto/oauth2-proxy.cfg :: names of files and of cookies
client_secret_file = "/etc/oauth2/client-secret"
cookie_name = "_oauth2_proxy_token"
cookie_secret_file = "/etc/oauth2/cookie"
pass_access_token = true
pass_basic_auth = false
=== alembic.ini :: a variable in a connection string
[alembic]
script_location = migrations
sqlalchemy.url = postgresql://%(DB_USER)s:%(DB_PASSWORD)s@%(DB_HOST)s/orders
=== scripts/rotate.sh :: names of parameters
#!/bin/sh
aws secretsmanager rotate-secret --secret-id prod/orders/database-password
aws ssm put-parameter --name /orders/api-token --type SecureString --value "$NEW_TOKEN"
kubectl create secret generic shop --from-literal=password="$PASSWORD" --from-file=key=./private.key
gcloud secrets versions access latest --secret=orders-api-key
az keyvault secret show --vault-name kv-shop --name sql-password --query value
"""
