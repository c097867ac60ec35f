"""Passwords in the arguments of programs."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import command_lines
from tests.support.secret_places import check_hostile, check_places, detections

FOUND = (
    "curl -u admin:{pw} https://x",
    "curl -sSu 'admin:{pw}' https://x",
    'curl --user "admin:{pw}" https://x',
    "curl --proxy-user u:{pw} x",
    "wget --http-password={pw} x",
    "wget --user=u --password={pw} x",
    "mysql -u root -p{pw} app < dump.sql",
    'mysqldump -uroot -p"{pw}" app',
    "mysql --password='{pw}' app",
    "sshpass -p {pw} ssh host",
    "sshpass -p'{pw}' ssh host",
    "PGPASSWORD={pw} psql -h db",
    "docker run -e X=1 x && PGPASSWORD='{pw}' pg_dump",
    "docker login -u me -p {pw} registry",
    "docker login --username me --password {pw} registry",
    "htpasswd -bc .htpasswd admin {pw}",
    "openssl pkcs12 -in x -passin pass:{pw} -passout pass:{other}",
    r"net use z: \\srv\share {pw} /user:me",
    r"net use z: \\srv\share /user:me {pw}",
    "az login --service-principal -u x -p {pw} --tenant y",
    "gcloud sql users set-password root --password={pw}",
    "aws rds create-db-instance --master-user-password {pw}",
    "redis-cli -h x -a {pw} ping",
    "redis-server --requirepass {pw}",
    'CMD ["redis-server", "--requirepass", "{pw}"]',
    "test: mysqladmin ping -h localhost -p{pw}",
    "mongosh -u root -p {pw} --quiet",
    "mongodump --username u --password {pw}",
    "ldapsearch -x -D cn=admin -w {pw} -b dc=x",
    "sqlcmd -S db -U sa -P {pw}",
    "sqlplus scott/{pw}@orcl",
    "smbclient -U me%{pw} //srv/share",
    "lftp -u me,{pw} host",
    "keytool -genkey -storepass {pw} -keypass {other}",
    "7z x -p{pw} a.7z",
    "security unlock-keychain -p {pw} build.keychain",
    "rabbitmqctl add_user app {pw}",
    'ConvertTo-SecureString "{pw}" -AsPlainText -Force',
    'echo "{pw}" | sudo -S apt',
    "echo 'root:{pw}' | chpasswd",
    "echo {pw} | docker login -u x --password-stdin",
    "kubectl create secret generic x --from-literal=password={pw}",
    "kubectl create secret docker-registry x --docker-password={pw}",
    "mysql -u root \\\n  -p{pw} app",
    "`mysql -p{pw}`.",
)
SILENT = (
    "curl -u admin https://x",
    "curl -u $USER:$PASSWORD x",
    'curl -u "${USER}:${PASSWORD}" x',
    "curl -u <user>:<password> x",
    "mysql -u root -p app",
    "mysql -p$PASSWORD",
    "mysql -P 3306 --password",
    "docker login --password-stdin",
    'command.append(f"svn --password={self.svnpasswd}")',
    "command.append(f'svn --password={self.options[\"pw\"]}')",
    "docker run -p 8080:80 x",
    "mkdir -p dir/curl -u",
    'parser.add_argument("--password", help="the password of the user")',
    "use --password to set it",
    "--password PASSWORD  The password",
    "--password string   the password",
    "--password <password>",
    "--password=$(cat file)",
    "--password-file secrets.txt",
    "grep -p x | openssl dgst -sha256 -k",
    "echo $PASSWORD | sudo -S x",
    "psql -p 5432",
    'click.option("--password", "-p", prompt=True)',
    "ssh -p 22 host && tar -p",
    "self.password=password",
    "ansible-playbook x --ask-pass",
    "ansible-playbook --ask-vault-pass site2.yml",
    "x --db-password {{ db_password | quote }}",
)


@pytest.mark.parametrize("template", FOUND)
def test_passwords_are_found_in_their_places(template: str) -> None:
    check_places(command_lines, template)


@pytest.mark.parametrize("text", SILENT)
def test_references_and_other_options_are_not(text: str) -> None:
    assert not detections(command_lines, text)


def test_the_user_is_named() -> None:
    (found,) = check_places(command_lines, "curl -u admin:{pw} https://x")
    assert found.user == "admin"


def test_hostile_text_takes_linear_time() -> None:
    check_hostile(
        command_lines,
        [
            "curl -u ",
            "curl ",
            "mysql -p",
            "--password ",
            "--a-",
            "openssl -k ",
            "docker login ",
            "htpasswd -b a ",
            "echo a ",
            "net use ",
            "PGPASSWORD=",
            "curl -u \\\n",
            "7z ",
        ],
    )
