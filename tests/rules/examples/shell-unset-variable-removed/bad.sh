#!/bin/sh
rm -rf "$BUILD_DIR/"*  # expect: shell-unset-variable-removed
rm -rf $PREFIX/  # expect: shell-unset-variable-removed
