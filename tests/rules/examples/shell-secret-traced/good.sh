#!/bin/bash
set -ex
make build
set +x
deploy --token "$DEPLOY_TOKEN"
set -x
echo "${DEPLOY_TOKEN:+a token is set}"
