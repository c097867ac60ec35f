#!/bin/bash
set -ex
deploy --token "$DEPLOY_TOKEN"  # expect: shell-secret-traced
