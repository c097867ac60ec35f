"""HTTP clients that verify the server."""

import boto3
import httpx
import requests
import urllib3

requests.get("https://api.example.com", timeout=5)
requests.get("https://api.example.com", verify="/etc/ssl/private-ca.pem")
session = requests.Session()
session.verify = True
httpx.Client(verify=context)
urllib3.PoolManager(cert_reqs="CERT_REQUIRED")
boto3.client("s3")
image.verify = False
form.save(verify=False)
