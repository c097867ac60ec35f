import httplib2
import ldap
import pycurl
from tornado.httpclient import AsyncHTTPClient


async def fetch(url):
    await AsyncHTTPClient().fetch(url, ca_certs="/etc/ssl/own.pem")
    httplib2.Http()
    curl = pycurl.Curl()
    curl.setopt(pycurl.SSL_VERIFYPEER, 1)
    curl.setopt(pycurl.SSL_VERIFYHOST, 2)
    ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
