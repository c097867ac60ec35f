"""Snippets in Java, Kotlin, Scala, C#, Go, Rust, Swift with Objective-C, C with C++, and SQL."""

from __future__ import annotations

from .snippets import Language, split_snippets

__all__ = ["COMPILED"]

JAVA = Language(
    "java",
    (
        "src/main/java/com/<~firm>/<~word>/<~class>.java",
        "src/test/java/com/<~firm>/<~class>Test.java",
        "app/src/main/java/net/<~firm>/<~class>Activity.java",
    ),
    "package com.<~firm>.<~word>;\n\npublic class <~class> {",
    "}",
    split_snippets(r"""
    private static final String <~pw.constant> = "<+password>";
%%
    public static String <~kn.camel>="<+secret>";
%%
    String <~pw.camel> = new String("<+password>");
%%
    private final char[] <~pw.camel> = "<+password>".toCharArray();
%%
    Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:oracle:thin:@<~host>:1521:<~word>", "<~user>", "<+password>");
    }
%%
    static final String URL = "jdbc:mysql://<~host>:3306/<~db>?user=<~user>&password=<+password.random>";
%%
    static final String URL = "jdbc:sqlserver://<~host>;databaseName=<~db>;user=<~user>;password=<+password>;";
%%
    void configure(Properties props) {
        props.setProperty("<~pw.dotted>", "<+password>");
        props.put("<~kn.dotted>", "<+secret.base64>");
    }
%%
    void setUp() { ds.setUsername("<~user>"); ds.setPassword("<+password>"); }
%%
    @Value("${<~kn.dotted>:<+secret.hex>}")
    private String <~kn.camel>;
%%
    void sign(HttpGet get) { get.addHeader("Authorization", "Basic <+basic-auth>"); }
%%
    PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication("<~email>", "<+password>");
    }
%%
    boolean check(String user, String password) { return user.equals("<~user>") && password.equals("<+password.human>"); }
%%
    private byte[] key = "<+password.random>".getBytes(StandardCharsets.UTF_8);
%%
    KeyStore load() throws Exception { ks.load(in, "<+password.human>".toCharArray()); return ks; }
%%
    @DataSourceDefinition(name = "java:app/<~word>", user = "<~user>", password = "<+password>")
    class Source { }
%%
    String login = "{\"username\": \"<~user>\", \"password\": \"<+password>\"}";
%%
    static final String <~kn.constant> =
            "<+secret>";
"""),
    split_snippets(r"""
    private String password;
    public void setPassword(String <-text=password>) { this.password = <-text=password>; }
%%
    private static final String PASSWORD_KEY = "<-text=user.password>";
%%
    String token = <-text=System.getenv>("<-text=API_TOKEN>");
%%
    private static final long serialVersionUID = <-number>L;
%%
    @Value("${<-text=spring.datasource.password>}")
    private String password;
%%
    @NotBlank(message = "<-text=The password must not be blank>")
    private String password;
%%
    static final String CHECKSUM = "<-sha256>";
%%
    String id = "<-uuid>";
%%
    String password = request.getParameter("<-text=password>");
%%
    private static final String KEY_ALGORITHM = "<-text=PBKDF2WithHmacSHA256>";
    private static final String SECRET_ALGORITHM = "<-text=AES/GCM/NoPadding>";
%%
    @FindBy(id = "<-text=login_password_field>") WebElement passwordField;
%%
    public static final String EXTRA_TOKEN = "<-text=com.example.extra.TOKEN>";
%%
    void changed() { log.info("<-text=Password of user {} was changed>", user); }
%%
    boolean same() { return password.equals(<-text=confirmation>); }
%%
    String tokenName = <-text=TokenNames>.get(type);
"""),
)

KOTLIN = Language(
    "kotlin",
    (
        "src/main/kotlin/<~class>.kt",
        "app/src/main/java/<~firm>/<~class>.kt",
        "build.gradle.kts",
        "buildSrc/src/main/kotlin/<~class>.kt",
    ),
    "// <~sentence>",
    'fun main() = println("<~word>")',
    split_snippets(r"""
const val <~kn.constant> = "<+secret>"
%%
private val <~pw.camel>: String = "<+password>"
%%
val <~kn.camel> = System.getenv("<~kn.constant>") ?: "<+secret.hex>"
%%
data class <~class>Config(val user: String = "<~user>", val password: String = "<+password>")
%%
signingConfigs {
    create("release") { storePassword = "<+password.human>"; keyAlias = "<~word>"; keyPassword = "<+password>" }
}
%%
buildConfigField("String", "<~kn.constant>", "\"<+secret>\"")
%%
credentials { username = "<~user>"; password = "<+secret.urlsafe>" }
%%
Database.connect("jdbc:postgresql://<~host>/<~db>", user = "<~user>", password = "<+password>")
%%
request.header("Authorization", "Bearer <+jwt>")
"""),
    split_snippets(r"""
val password: String? = <-text=null>
%%
storePassword = System.getenv("<-text=KEYSTORE_PASSWORD>")
%%
password = project.findProperty("<-text=nexusPassword>") as String?
%%
const val PREF_TOKEN = "<-text=pref_access_token>"
%%
binding.password.error = getString(R.string.<-text=error_password_too_short>)
%%
val sha = "<-git-sha>"
%%
override fun getPassword(): String = <-text=user.passwordHash>
%%
val id = UUID.fromString("<-uuid>")
"""),
)

SCALA = Language(
    "scala",
    ("src/main/scala/<~firm>/<~class>.scala", "build.sbt"),
    "// <~sentence>",
    "",
    split_snippets(r"""
val <~pw.camel> = "<+password>"
%%
lazy val <~kn.camel>: String = "<+secret>"
%%
credentials += Credentials("Sonatype Nexus Repository Manager", "<~host>", "<~user>", "<+password>")
%%
spark.conf.set("fs.azure.account.key.<~lower12>.blob.core.windows.net", "<+azure.storage-key>")
%%
val df = spark.read.format("jdbc").option("user", "<~user>").option("password", "<+password>").load()
"""),
    split_snippets(r"""
val password = sys.env("<-text=DB_PASSWORD>")
%%
case class Login(user: String, password: <-text=String>)
%%
val token = config.getString("<-text=api.token>")
%%
libraryDependencies += "com.github.t3hnar" %% "<-text=scala-bcrypt>" % "4.3.0"
"""),
)

CSHARP = Language(
    "csharp",
    (
        "src/<~class>/<~class>.cs",
        "<~class>.Tests/<~class>Tests.cs",
        "Controllers/<~class>Controller.cs",
        "Startup.cs",
    ),
    "using System;\n\nnamespace <~class>\n{\n    public class <~class>\n    {",
    "    }\n}",
    split_snippets(r"""
        private const string <~pw.pascal> = "<+password>";
%%
        public static readonly string <~kn.pascal> = @"<+secret>";
%%
        string conn = "Data Source=<~host>;Initial Catalog=<~db>;User ID=<~user>;Password=<+password>;Encrypt=true";
%%
        string conn = @"Server=<~host>\SQLEXPRESS;Database=<~db>;uid=<~user>;pwd=<+password>";
%%
        var client = new SmtpClient("<~host>") { Credentials = new NetworkCredential("<~email>", "<+password>") };
%%
        private string <~kn.camel> { get; set; } = "<+secret.base64>";
%%
        request.Headers.Add("Authorization", "Bearer <+secret.urlsafe>");
%%
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes("<+password.random>"));
%%
        services.AddAuthentication().AddGoogle(o => { o.ClientId = "<~number>"; o.ClientSecret = "<+secret>"; });
%%
        var factory = new ConnectionFactory { HostName = "<~host>", UserName = "<~user>", Password = "<+password>" };
%%
        string storage = "DefaultEndpointsProtocol=https;AccountName=<~lower12>;AccountKey=<+azure.storage-key>";
"""),
    split_snippets(r"""
        public string Password { get; set; } = <-text=string.Empty>;
%%
        var password = Environment.GetEnvironmentVariable("<-text=DB_PASSWORD>");
%%
        [Display(Name = "<-text=Confirm password>")]
        [Compare("<-text=Password>", ErrorMessage = "<-text=The password and its confirmation do not match.>")]
%%
        private const string TokenHeader = "<-text=X-Csrf-Token>";
%%
        [Guid("<-uuid>")]
%%
        var token = await <-text=GenerateTokenAsync>(user);
%%
        txtPassword.PasswordChar = '<-text=*>';
%%
        var secret = configuration["<-text=Jwt:Secret>"];
%%
        ViewData["ReturnUrl"] = "<-text=/Account/ForgotPassword>";
"""),
)

GO = Language(
    "go",
    ("<~word>/<~word>.go", "cmd/<~app>/main.go", "internal/<~word>/<~word>_test.go", "pkg/<~word>/client.go"),
    'package <~word>\n\nimport (\n\t"fmt"\n\t"os"\n)\n',
    "",
    split_snippets("""
const <~pw.camel> = "<+password>"
%%
var <~kn.pascal> = "<+secret>"
%%
const (
	<~camel> = "<~word>"
	<~kn.camel> string = `<+secret.hex>`
)
%%
func open() (*sql.DB, error) {
	return sql.Open("mysql", "<~user>:<+password>@tcp(<~host>:3306)/<~db>?parseTime=true")
}
%%
func open() (*sql.DB, error) {
	return sql.Open("postgres", "host=<~host> port=5432 user=<~user> password=<+password> dbname=<~db> sslmode=disable")
}
%%
func sign(claims jwt.Claims) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("<+password.random>"))
}
%%
func do(req *http.Request) {
	req.SetBasicAuth("<~user>", "<+password>")
	req.Header.Set("X-Api-Key", "<+secret.hex>")
}
%%
var options = &redis.Options{Addr: "<~host>:6379", Password: "<+password.random>", DB: 0}
%%
var cfg = Config{
	Username: "<~user>",
	Password: "<+password>",
	<~kn.pascal>: "<+secret>",
}
%%
func init() { os.Setenv("<~kn.constant>", "<+secret.base64>") }
%%
func auth() { <~kn.camel> := "<+secret.urlsafe>"; fmt.Println(len(<~camel>)) }
%%
var store = sessions.NewCookieStore([]byte("<+password.human>"))
%%
func mail() smtp.Auth { return smtp.PlainAuth("", "<~email>", "<+password>", "<~host>") }
"""),
    split_snippets("""
func get() string { return os.Getenv("<-text=DB_PASSWORD>") }
%%
type User struct {
	Password string `json:"<-text=password>" validate:"<-text=required,min=10>"`
	Token    string `json:"<-text=access_token,omitempty>"`
}
%%
var ErrPassword = errors.New("<-text=password does not match>")
%%
const tokenPath = "<-text=/var/run/secrets/kubernetes.io/serviceaccount/token>"
%%
// github.com/<~firm>/<~word> v<~version> h1:<-secret.base64>
%%
const passwordFlag = "<-text=admin-password-file>"
%%
var commit = "<-git-sha>"
%%
func token() string { return uuid.New().<-text=String>() }
%%
const annotationSecret = "<-text=example.org/secret-name>"
%%
var want = "<-sha256>"
%%
func flags() { flag.StringVar(&password, "password", "", "<-text=password of the database user>") }
"""),
)

RUST = Language(
    "rust",
    ("src/<~word>.rs", "src/main.rs", "crates/<~word>/src/lib.rs", "tests/<~word>.rs"),
    "//! <~sentence>\nuse std::env;\n",
    "",
    split_snippets(r"""
const <~kn.constant>: &str = "<+secret>";
%%
static <~pw.constant>: &'static str = "<+password>";
%%
let <~pw.snake> = "<+password>";
%%
let <~kn.snake> = String::from("<+secret.hex>");
%%
let config = Config { user: "<~user>".into(), password: "<+password>".to_string() };
%%
let pool = PgPool::connect("postgres://<~user>:<+password.random>@<~host>/<~db>").await?;
%%
let <~kn.snake> = env::var("<~kn.constant>").unwrap_or("<+secret.base64>".to_owned());
%%
const KEY: &[u8] = b"<+secret.hex>";
%%
let res = client.get(url).basic_auth("<~user>", Some("<+password>")).send()?;
%%
.header("Authorization", "Bearer <+secret.urlsafe>")
"""),
    split_snippets(r"""
pub password: Option<<-text=String>>,
%%
let token = env::var("<-text=API_TOKEN>")?;
%%
#[arg(long, env = "<-text=ADMIN_PASSWORD>", help = "<-text=password of the administrator>")]
%%
checksum = "<-sha256>"
%%
#[error("<-text=wrong password>")] WrongPassword,
%%
let token = <-text=Token::new>(kind, span);
%%
rev = "<-git-sha>"
%%
let password = rpassword::prompt_password("<-text=Password: >")?;
%%
const PASSWORD_LABEL: &str = "<-text=Repeat password>";
"""),
)

SWIFT = Language(
    "swift",
    ("Sources/<~class>.swift", "<~class>/AppDelegate.swift", "<~class>/<~class>.m"),
    "import Foundation\n// <~sentence>",
    "",
    split_snippets(r"""
let <~kn.camel> = "<+secret>"
%%
static let <~pw.camel>: String = "<+password>"
%%
struct Secrets { static let <~kn.camel> = "<+secret.hex>"; let host = "<~host>" }
%%
request.setValue("Bearer <+jwt>", forHTTPHeaderField: "Authorization")
%%
NSString *<~kn.camel> = @"<+secret>";
%%
#define <~kn.constant> @"<+secret.urlsafe>"
%%
Service.configure(withKey: "<~upper10>", secret: "<+secret.base64>")
"""),
    split_snippets(r"""
passwordField.placeholder = NSLocalizedString("<-text=login.password.placeholder>", comment: "")
%%
let token = Keychain.get("<-text=accessToken>")
%%
case password = "<-text=user_password>"
%%
let key = Bundle.main.object(forInfoDictionaryKey: "<-text=API_KEY>")
%%
field.isSecureTextEntry = <-text=true>
"""),
)

C = Language(
    "c",
    ("src/<~word>.c", "src/<~word>.cpp", "include/<~word>.h", "firmware/<~word>/<~word>.ino"),
    '/* <~sentence> */\n#include <stdio.h>\n#include "<~word>.h"\n',
    "",
    split_snippets(r"""
#define <~pw.constant> "<+password>"
%%
static const char *<~kn.snake> = "<+secret>";
%%
const char* <~pw.camel>="<+password>";
%%
char <~pw.snake>[] = "<+password>";
%%
std::string <~kn.camel>("<+secret.hex>");
%%
const std::string <~pw.camel> = u8"<+password>";
%%
mysql_real_connect(conn, "<~host>", "<~user>", "<+password>", "<~db>", 0, NULL, 0);
%%
const char* ssid = "<~word>"; const char* wifi_password = "<+password.human>";
%%
WiFi.begin("<~firm>-guest", "<+password>");
%%
curl_easy_setopt(curl, CURLOPT_USERPWD, "<~user>:<+password>");
%%
if (strcmp(password, "<+password.human>") == 0) { unlock(); }
%%
static const uint8_t <~kn.snake>[] = "<+secret.hex>";
"""),
    split_snippets(r"""
char password[<-text=MAX_PASSWORD>];
%%
printf("<-text=Enter password: >");
%%
#define PASSWORD_MAX <-text=128>
%%
static const struct option options[] = { {"<-text=password>", required_argument, 0, 'p'} };
%%
const char *token = <-text=strtok>(line, " ");
%%
enum token_kind { TOKEN_END, <-text=TOKEN_IDENTIFIER>, TOKEN_STRING };
%%
static const char sha256[] = "<-sha256>";
%%
password = <-text=getpass>("<-text=password: >");
%%
/* key: <-text=the index of the bucket> */
"""),
)

SQL = Language(
    "sql",
    ("sql/<~word>.sql", "db/migrations/V<~int>__<~snake>.sql", "schema.sql", "scripts/<~word>_grants.sql"),
    "-- <~sentence>\nBEGIN;",
    "COMMIT;",
    split_snippets(r"""
CREATE USER '<~user>'@'%' IDENTIFIED BY '<+password>';
%%
CREATE USER <~user> WITH ENCRYPTED PASSWORD '<+password>';
%%
ALTER ROLE <~user> LOGIN PASSWORD '<+password>';
%%
GRANT ALL PRIVILEGES ON <~db>.* TO '<~user>'@'<~ip>' IDENTIFIED BY '<+password>' WITH GRANT OPTION;
%%
CREATE LOGIN <~user> WITH PASSWORD = N'<+password.wild>', CHECK_POLICY = OFF;
%%
create user <~user> identified by "<+password>" default tablespace users;
%%
SET PASSWORD FOR '<~user>'@'localhost' = PASSWORD('<+password>');
%%
INSERT INTO users (login, password, email) VALUES ('<~user>', '<+password.human>', '<~email>');
%%
UPDATE settings SET value = '<+secret>' WHERE name = '<~kn.snake>';
%%
CREATE DATABASE LINK <~word> CONNECT TO <~user> IDENTIFIED BY <+password.random> USING '<~word>';
%%
SELECT * FROM dblink('host=<~host> user=<~user> password=<+password> dbname=<~db>', 'select 1') AS t(id int);
%%
CREATE SERVER <~word> FOREIGN DATA WRAPPER mysql OPTIONS (HOST '<~host>', USER '<~user>', PASSWORD '<+password>');
"""),
    split_snippets(r"""
CREATE TABLE users (id int PRIMARY KEY, password <-text=varchar(255)> NOT NULL, token <-text=text>);
%%
ALTER TABLE users ADD COLUMN <-text=password_changed_at> timestamp;
%%
COMMENT ON COLUMN users.password IS '<-text=bcrypt digest of the password>';
%%
CREATE INDEX <-text=idx_users_reset_token> ON users (reset_token);
%%
SELECT password FROM users WHERE token = <-text=:token>;
%%
CREATE ROLE <~user> LOGIN PASSWORD <-text=:'app_password'>;
%%
INSERT INTO labels (key, en, de) VALUES ('<-text=password>', '<-text=Password>', '<-text=Passwort>');
%%
INSERT INTO events (id, commit) VALUES ('<-uuid>', '<-git-sha>');
%%
UPDATE users SET password = <-text=NULL>;
"""),
)

COMPILED = (JAVA, KOTLIN, SCALA, CSHARP, GO, RUST, SWIFT, C, SQL)
