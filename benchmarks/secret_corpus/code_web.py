"""Snippets in TypeScript, PHP and Ruby."""

from __future__ import annotations

from .snippets import Language, split_snippets

__all__ = ["WEB"]

TYPESCRIPT = Language(
    "typescript",
    (
        "src/app/<~word>.service.ts",
        "src/environments/environment.<|prod|staging>.ts",
        "src/<~camel>.ts",
        "packages/<~word>/src/index.tsx",
        "src/<~word>.module.ts",
    ),
    "import { Injectable } from '@angular/core';\n",
    "export default <~class>;",
    split_snippets(r"""
private readonly <~kn.camel>: string = '<+secret>';
%%
export const <~pw.constant>: string = "<+password>";
%%
export const environment = {
  production: true,
  apiUrl: 'https://<~host>/api',
  <~kn.camel>: '<+secret.hex>',
};
%%
const <~kn.camel> = '<+secret.base64>' as const;
%%
TypeOrmModule.forRoot({ type: 'postgres', host: '<~host>', username: '<~user>', password: '<+password>', database: '<~db>' }),
%%
JwtModule.register({ secret: '<+password.human>', signOptions: { expiresIn: '1h' } }),
%%
constructor(private http: HttpClient, private <~kn.camel> = "<+secret.urlsafe>") {}
%%
const headers = new HttpHeaders().set('Authorization', 'Basic <+basic-auth>');
%%
static readonly <~kn.pascal> = `<+secret>`;
%%
const url = new URL('amqps://<~user>:<+password.random>@<~host>/<~word>');
%%
export enum Credentials { User = '<~user>', Password = '<+password.wild>' }
%%
const options: ConnectionOptions = { <~pw.camel>: "<+password>" };
"""),
    split_snippets(r"""
password: <-text=string>;
token?: <-text=string | undefined>;
%%
interface LoginDto { username: <-text=string>; password: <-text=string>; }
%%
@IsNotEmpty({ message: '<-text=password should not be empty>' }) password!: <-text=string>;
%%
export const <~kn.constant> = new InjectionToken<string>('<-text=app.config.token>');
%%
password: new FormControl('', [Validators.required, Validators.minLength(<-text=10>)]),
%%
const secret = this.config.get<string>('<-text=JWT_SECRET>');
%%
const secret = secretsmanager.Secret.fromSecretNameV2(this, '<-text=DbSecret>', '<-text=prod/orders/db-credentials>');
%%
const placeholder = t('<-text=auth.signup.password.placeholder>');
%%
type TokenType = '<-text=access-token>' | '<-text=refresh-token>';
%%
<input type="password" placeholder="<-text=Enter your password>" name="<-text=confirmPassword>" />
%%
const queueUrl = '<-arn>';
%%
public readonly commit = '<-git-sha>';
%%
const apiKeyHeader = '<-text=x-api-key>';
%%
path: '<-text=reset-password/:token>',
"""),
)

PHP = Language(
    "php",
    (
        "<|config|settings|db|connect|index>.php",
        "include/<~snake>.php",
        "src/Controller/<~class>Controller.php",
        "app/config/<~word>.php",
        "admin/<~word>.inc.php",
    ),
    "<?php\n// <~sentence>\n",
    "?>",
    split_snippets(r"""
$<~pw.snake> = '<+password>';
%%
$<~kn.snake>="<+secret>";
%%
define('<~pw.constant>', '<+password>');
%%
define("<~kn.constant>","<+secret.symbols>");
%%
const <~kn.constant> = '<+secret.hex>';
%%
$config['<~pw.snake>'] = '<+password>';
%%
$db['default']['password'] = "<+password>";
%%
$link = mysqli_connect("<~host>", "<~user>", "<+password>", "<~db>") or die("no connection");
%%
$pdo = new PDO('mysql:host=<~host>;dbname=<~db>;charset=utf8', '<~user>', '<+password>');
%%
$mail->Username = '<~email>';
$mail->Password = '<+password>';
%%
return [
    'driver' => 'mysql',
    'username' => '<~user>',
    'password' => '<+password.wild>',
];
%%
curl_setopt($ch, CURLOPT_USERPWD, "<~user>:<+password>");
%%
curl_setopt($ch, CURLOPT_HTTPHEADER, array('Authorization: Bearer <+secret.urlsafe>'));
%%
private $<~kn.camel> = '<+secret.base64>';
%%
if ($_POST['pass'] == '<+password.human>') { $_SESSION['ok'] = true; }
%%
'<~kn.snake>' => env('<~kn.constant>', '<+secret>'),
%%
@mysql_connect('<~host>', '<~user>', '<+password.human>');
"""),
    split_snippets(r"""
'password' => env('<-text=DB_PASSWORD>', ''),
%%
$password = $_POST['<-text=password>'];
%%
$lang['password'] = '<-text=Mot de passe>';
$lang['password_hint'] = "<-text=Au moins dix signes>";
%%
$hash = password_hash($password, <-text=PASSWORD_BCRYPT>);
%%
'token' => $this-><-text=getToken>(),
%%
<label for="password"><-text=Passwort></label>
%%
define('DB_PASSWORD', getenv('<-text=MYSQL_PASSWORD>'));
%%
'password_reset_table' => '<-text=password_resets>',
%%
$checksum = '<-md5>';
%%
'reference' => '<-git-sha>',
%%
define('AUTH_KEY', '<-text=put your unique phrase here>');
%%
$rules = ['password' => '<-text=required|string|min:8|confirmed>'];
%%
protected $hidden = ['<-text=password>', '<-text=remember_token>'];
%%
$form->add('plainPassword', <-text=RepeatedType>::class);
"""),
)

RUBY = Language(
    "ruby",
    (
        "config/initializers/<~word>.rb",
        "lib/<~snake>.rb",
        "spec/<~word>_spec.rb",
        "Rakefile",
        "app/models/<~word>.rb",
        "db/seeds.rb",
    ),
    "# frozen_string_literal: true\n",
    "# end of <~word>",
    split_snippets(r"""
<~pw.snake> = '<+password>'
%%
<~kn.constant> = "<+secret>".freeze
%%
config.secret_key = '<+secret.hex128>'
%%
Rails.application.config.secret_token = "<+secret.hex64>"
%%
:<~pw.snake> => '<+password>',
%%
<~pw.snake>: "<+password>",
%%
ActiveRecord::Base.establish_connection(adapter: 'mysql2', host: '<~host>', username: '<~user>', password: '<+password>')
%%
Net::SSH.start('<~host>', '<~user>', :password => "<+password>") do |ssh|
end
%%
User.create!(email: '<~email>', password: '<+password.human>', admin: true)
%%
ENV['<~kn.constant>'] ||= '<+secret.hex>'
%%
http.basic_auth "<~user>", "<+password>"
%%
provider :oauth, '<~number>', '<+secret>'
%%
@<~kn.snake> = options.fetch(:<~kn.snake>, '<+secret.urlsafe>')
%%
REDIS_URL = "redis://:<+password.random>@<~host>:6379/0"
%%
set :<~pw.snake>, %q(<+password>)
"""),
    split_snippets(r"""
password = ENV.fetch('<-text=DB_PASSWORD>')
%%
validates :password, <-text=presence: true>, length: { minimum: 10 }
%%
has_secure_password <-text=:recovery_password>
%%
attr_accessor :password, :<-text=password_confirmation>
%%
config.filter_parameters += [:<-text=password>, :<-text=api_key>]
%%
secret_key_base: Rails.application.credentials.<-text=secret_key_base>
%%
sha256 "<-sha256>"
%%
revision: "<-git-sha>"
%%
token = SecureRandom.<-text=hex>(32)
%%
flash[:password] = I18n.t('<-text=devise.passwords.updated>')
%%
f.password_field :password, placeholder: '<-text=Your new password>'
%%
it 'rejects a <-text=wrong password> and a token that is over' do
%%
allow(client).to receive(:token).and_return(<-text=nil>)
"""),
)

WEB = (TYPESCRIPT, PHP, RUBY)
