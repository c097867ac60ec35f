#!/bin/sh
BUILD_DIR=build
rm -rf "$BUILD_DIR/"*
rm -rf "${PREFIX:?}/"*
rm -rf "$PREFIX/cache"
rm -f "$PREFIX/"
