"""HTTP clients that accept any server."""

import aiohttp
import boto3
import httpx
import requests
import urllib3

requests.get("https://api.example.com", verify=False)  # expect: python-tls-verification-off
requests.request("POST", "https://api.example.com", timeout=5, verify=False)  # expect: python-tls-verification-off
session = requests.Session()
session.verify = False  # expect: python-tls-verification-off
httpx.Client(verify=False)  # expect: python-tls-verification-off
urllib3.PoolManager(cert_reqs="CERT_NONE")  # expect: python-tls-verification-off
boto3.client("s3", verify=False)  # expect: python-tls-verification-off


class Client:
    async def fetch(self):
        aiohttp.TCPConnector(ssl=False)  # expect: python-tls-verification-off
        await self.session.get("https://api.example.com", ssl=False)  # expect: python-tls-verification-off
        return self.session.post("https://api.example.com", verify=False)  # expect: python-tls-verification-off
