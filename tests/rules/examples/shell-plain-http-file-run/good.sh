curl -o tool https://example.com/tool
chmod 755 tool
curl -o data.csv http://example.com/data.csv
python3 load.py data.csv
