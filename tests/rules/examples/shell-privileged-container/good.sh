docker run --cap-drop=ALL --cap-add=NET_BIND_SERVICE -v "$PWD:/src" image
docker build .
