#!/bin/sh
# CodeDeploy's BeforeInstall hook: lets the bundle in only if `scangate verify` does; anything else fails the deployment on this host.
#
# Once on each host, as root (no scanner is needed, and no network when it runs):
#   python3 -m venv /opt/scangate && /opt/scangate/bin/pip install ./scangate_verify-X.Y.Z-py3-none-any.whl   (Python 3.9 or newer)
#   install -d -o root -m 0755 /etc/scangate /var/lib/scangate
#   aws kms get-public-key --key-id ARN --query PublicKey --output text | base64 -d |
#     openssl pkey -pubin -inform DER -out /etc/scangate/key.pem          the signing key's public half
#   echo production > /etc/scangate/environment                           what a bundle must have been judged for
#   echo s3://BUCKET/release/production > /etc/scangate/accepted          where the pipeline records what it let in; with it, the
#     environment above needs the extra aws, and the instance's role s3:GetObject on BUCKET/release/production/accepted/*
# The records let a rollback succeed after an attestation has expired: this host's own, of what it let in; and the pipeline's, by which an
# instance that an Auto Scaling group adds later gets the release that the others have. Where S3 does not respond, the host's own decides.
set -eu

etc="${SCANGATE_ETC:-/etc/scangate}"
record="${SCANGATE_RECORD:-/var/lib/scangate/accepted}"
python="${SCANGATE_HOME:-/opt/scangate}/bin/python"
root="${CODEDEPLOY_ROOT:-/opt/codedeploy-agent/deployment-root}"

refuse() {
    echo "verify.sh: refused: $1" >&2
    exit 1
}

# The agent sets both; a name with a slash or dots could lead to another bundle than the one that is deployed.
for name in "${DEPLOYMENT_GROUP_ID:-}" "${DEPLOYMENT_ID:-}"; do
    case "$name" in
        '' | *[!A-Za-z0-9-]*) refuse "not started by the CodeDeploy agent" ;;
    esac
done
archive="$root/$DEPLOYMENT_GROUP_ID/$DEPLOYMENT_ID/deployment-archive"
test -d "$archive" || refuse "there is no bundle in $archive"

# What decides here must be root's own; a missing file is found out by find, too.
set -- --record "$record"
if [ -e "$etc/accepted" ] || [ -L "$etc/accepted" ]; then
    others="$(find "$etc/accepted" -prune \( ! -user root -o -perm /022 -o -type l \) -print)" || refuse "$etc is not set up"
    test -z "$others" || refuse "others than root could have written $others"
    set -- "$@" --accepted "$(cat "$etc/accepted")"
fi
others="$(find "$etc" "$etc/key.pem" "$etc/environment" -prune \( ! -user root -o -perm /022 -o -type l \) -print)" || refuse "$etc is not set up"
test -z "$others" || refuse "others than root could have written $others"

# From / and with -I, so that Python takes in nothing of the bundle. Every exit code but 0 refuses.
cd /
"$python" -I -m scangate verify "$archive" --key "$etc/key.pem" --env "$(cat "$etc/environment")" "$@" ||
    refuse "scangate verify did not let it through"
