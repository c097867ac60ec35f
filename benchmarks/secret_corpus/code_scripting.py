"""Snippets in Python and JavaScript."""

from __future__ import annotations

from .snippets import Language, split_snippets

__all__ = ["SCRIPTING"]

PYTHON = Language(
    "python",
    (
        "<~word>/<|settings|config|client|main|utils|db>.py",
        "scripts/<~snake>.py",
        "<~snake>.py",
        "tests/test_<~word>.py",
        "app/<~word>/<~word>.py",
    ),
    '#!/usr/bin/env python\n"""<~sentence>"""\nimport os\nimport requests\n',
    'if __name__ == "__main__":\n    main()',
    split_snippets(r'''
<~pw.constant> = "<+password>"
%%
<~pw.snake>='<+password>'   # <~sentence>
%%
<~pw.snake>: str = "<+password>"
%%
<~pw.constant> = b"<+password>"
%%
<~kn.constant> = '<+secret>'
%%
<~kn.snake> = r'<+secret.urlsafe>'
%%
conn = psycopg2.connect(host="<~host>", dbname="<~db>", user="<~user>", password="<+password>")
%%
conn = pymysql.connect("<~host>", "<~user>", "<+password>", "<~db>")
%%
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': '<~db>',
        'USER': '<~user>',
        'PASSWORD': '<+password.wild>',
        'HOST': '<~host>',
    }
}
%%
engine = create_engine("postgresql+psycopg2://<~user>:<+password.random>@<~host>:5432/<~db>")
%%
broker = Celery("<~app>", broker="redis://:<+password.at>@<~host>:6379/0")
%%
SQLALCHEMY_DATABASE_URI = 'mysql://<~user>:<+password.wild|url>@<~host>/<~db>?charset=utf8'
%%
requests.get("https://<~host>/api/v2/<~word>", auth=("<~user>", "<+password>"), timeout=10)
%%
headers = {"Authorization": "Bearer <+secret.urlsafe>", "Accept": "application/json"}
%%
headers = {
    'X-Api-Key': '<+secret.hex>',
    'User-Agent': '<~app>/<~version>',
}
%%
session.headers["Authorization"] = "Basic <+basic-auth>"
%%
def connect(host="<~host>", username="<~user>", password="<+password>"):
    client = paramiko.SSHClient()
    client.connect(host, username=username, password=password)
    return client
%%
class Config(object):
    SECRET_KEY = '<+secret.symbols>'
    MAIL_USERNAME = '<~email>'
    MAIL_PASSWORD = "<+password>"
%%
os.environ["<~kn.constant>"] = "<+secret>"
%%
os.environ.setdefault('<~pw.constant>', '<+password>')
%%
token = os.getenv("<~kn.constant>", "<+secret.hex64>")
%%
app.config["SECRET_KEY"] = "<+secret.hex>"
app.config['JSON_SORT_KEYS'] = False
%%
creds = dict(user="<~user>", passwd="<+password>", db="<~db>")
%%
if request.form["password"] == "<+password>":
    login_user(admin)
%%
r = redis.StrictRedis(host="<~host>", port=6379, password="<+password.random>")
%%
payload = json.loads('{"client_id": "<~lower12>", "client_secret": "<+secret>"}')
%%
server.login("<~email>", "<+password>")
%%
PRIVATE_KEY = """
<+key.rsa>
"""
%%
decoded = jwt.decode(token, "<+secret.hex64>", algorithms=["HS256"])
%%
# old login: <~user> / password: <+password>
%%
cmd = "mysql -h <~host> -u<~user> -p<+password> <~db> < dump.sql"
%%
TOKENS = [
    "<~word>",
]
<~kn.constant> = (
    "<+secret>"
)
%%
self.<~kn.snake> = kwargs.get("<~kn.snake>", "<+secret.base64>")
'''),
    split_snippets(r"""
<~pw.constant> = os.environ["<-constant>"]
%%
<~kn.snake> = os.getenv('<-constant>')
%%
password = getpass.getpass("<-text=Database password (not echoed)>")
%%
password = <-call=hashlib.md5>(password.encode()).hexdigest()
%%
PASSWORD_RESET_SUBJECT = "<-text=Reset your password>"
PASSWORD_HASHER = '<-text=django.contrib.auth.hashers.PBKDF2PasswordHasher>'
%%
parser.add_argument("--password", help="<-text=password of the user, read from the terminal if left out>", default=None)
%%
TOKEN_URL = "<-text=https://login.microsoftonline.com/common/oauth2/v2.0/token>"
%%
token_type = "<-text=bearer>"
secret_name = f"<-text=prod/{service}/database>"
%%
EXPECTED_SHA256 = "<-sha256>"
CHECKSUM = '<-md5>'
%%
COMMIT = "<-git-sha>"
%%
namespace = uuid.UUID("<-uuid>")
%%
password_field = driver.find_element_by_id("<-text=input-password-confirm>")
%%
class TokenKind(Enum):
    ACCESS_TOKEN = "<-text=access_token>"
    REFRESH_TOKEN = "<-text=refresh_token>"
%%
if not password:
    raise ValueError("<-text=password must not be empty>")
%%
LOGO = "data:image/png;base64,<-image>"
%%
<~kn.constant> = "<-text=your-api-key-here>"
%%
API_KEY = "<-text=xxxxxxxxxxxxxxxxxxxxxxxx>"
%%
secret = boto3.client("secretsmanager").get_secret_value(SecretId="<-text=prod/billing/postgres>")["SecretString"]
%%
auth = {"password": config["<-text=smtp_password>"], "user": config["user"]}
%%
password_regex = r"<-text=^(?=.*[A-Z])(?=.*\d).{12,}$>"
%%
keys = sorted(d, key=lambda item: item["<-text=created_at>"])
cache_key = f"<-text=user:{user_id}:profile>"
%%
# Set <~kn.constant> to the token of the service account: see docs/<~word>.md
%%
CSRF_COOKIE_NAME = "<-text=csrftoken>"
API_KEY_HEADER = "<-text=X-Api-Key>"
%%
engine = create_engine("<-text=postgresql://localhost/test>")
%%
url = f"postgresql://{user}:{<-text=password>}@{host}/{db}"
%%
self.password = <-text=password>
self._token: Optional[str] = <-text=None>
%%
parametrize("primary_key", ["<-text=customer_id>", "<-text=invoice_number>"])
%%
integrity = "<-integrity>"
%%
assert check_password("<~word>", user.password) is <-text=False>
%%
queue = "<-arn>"
"""),
)

JAVASCRIPT = Language(
    "javascript",
    (
        "src/<~word>.js",
        "lib/<~camel>.js",
        "config/<|default|production|database|passport|keys>.js",
        "<|gulpfile|server|app|index>.js",
        "test/<~word>.spec.js",
    ),
    "'use strict';\n\nconst axios = require('axios');\n",
    "module.exports = { <~camel> };",
    split_snippets(r"""
const <~pw.camel> = '<+password>';
%%
var <~kn.camel> = "<+secret>";
%%
let <~kn.constant>=`<+secret.hex>`
%%
const config = {
  host: '<~host>',
  user: '<~user>',
  password: '<+password>',
  database: '<~db>',
};
%%
module.exports.secret = "<+secret.urlsafe>";
%%
mongoose.connect('mongodb+srv://<~user>:<+password.random>@cluster0.<~lower12>.mongodb.net/<~db>?retryWrites=true&w=majority');
%%
mongoose.connect("mongodb://<~user>:<+password.human|url>@ds<~port>.mlab.com:<~port>/<~db>", { useNewUrlParser: true });
%%
app.use(session({ secret: '<+password.human>', resave: false, saveUninitialized: true }));
%%
axios.get(`https://<~host>/v1/<~word>`, { headers: { Authorization: 'Bearer <+jwt>' } });
%%
const transporter = nodemailer.createTransport({
  service: 'gmail',
  auth: { user: '<~email>', pass: '<+password>' }
});
%%
const token = jwt.sign({ id: user._id }, '<+secret>', { expiresIn: '7d' });
%%
const client = new Client({ "apiKey": "<+secret.base64>", "region": "eu-west-1" });
%%
process.env.<~kn.constant> = '<+secret>';
%%
const <~kn.camel> = process.env.<~kn.constant> || '<+secret.hex>';
%%
passport.use(new OAuth2Strategy({
    clientID: '<~number>',
    clientSecret: '<+secret>',
    callbackURL: '/auth/callback'
}, done));
%%
exports.<~pw.snake> = '<+password.wild>'
%%
if (user === '<~user>' && pass === '<+password>') { return true; }
%%
fetch('https://api.<~host>/v3/weather?q=Oslo&appid=<+secret.hex>').then(r => r.json());
%%
// TODO remove: <~pw.flat>: <+password>
%%
this.<~kn.camel> = opts.<~kn.camel> || "<+secret.uuid>";
%%
cy.get('#password').type('<+password.wild>');
%%
const ssh = { host: '<~ip>', username: 'root', password: "<+password>", port: 22 }
"""),
    split_snippets(r"""
const <~pw.camel> = process.env.<-constant>;
%%
const token = <-text=localStorage.getItem>('<-text=access_token>');
%%
const messages = { password: '<-text=Password is required>', token: '<-text=Your session has expired>' };
%%
<label htmlFor="password" className="<-text=form-label-password-lg>">
%%
$('#password').val(<-text=defaultValue>);
%%
const types = { password: '<-text=password>', text: 'text' };
%%
var SECRET_KEY = '<-text=YOUR_SECRET_KEY>';
%%
const apiKey = "<-text=insert-your-key>">;
%%
export const RESET_PASSWORD_REQUEST = '<-text=auth/RESET_PASSWORD_REQUEST>';
%%
{ "integrity": "<-integrity>" }
%%
const icon = 'data:image/png;base64,<-image>';
%%
const hash = '<-sha256>';
%%
const etag = '"<-md5>"';
%%
router.post('<-text=/users/:id/password-reset>', resetPassword);
%%
const schema = { password: { type: <-text=String>, required: true, minlength: 8 } };
%%
user.password = <-text=bcrypt.hashSync>(user.password, 10);
%%
const id = '<-uuid>';
%%
headers['Authorization'] = `Bearer ${<-text=token>}`;
%%
const keyCode = { Enter: 13 }, accessKey = '<-text=KeyboardShortcut>';
%%
const tokenEndpoint = "<-text=https://accounts.google.com/o/oauth2/token>";
%%
expect(screen.getByLabelText('<-text=New password>')).toBeInTheDocument();
%%
import styles from './<-text=PasswordInput.module.css>';
%%
const selector = "<-text=input[name=current-password]>";
%%
const passwordStrength = ['<-text=weak>', '<-text=medium>', '<-text=strong>'];
"""),
)

SCRIPTING = (PYTHON, JAVASCRIPT)
