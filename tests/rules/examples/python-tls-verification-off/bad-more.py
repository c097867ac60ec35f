import httplib2
import ldap
import pycurl
from tornado.httpclient import AsyncHTTPClient, HTTPRequest


async def fetch(url):
    await AsyncHTTPClient().fetch(url, validate_cert=False)  # expect: python-tls-verification-off
    HTTPRequest(url, validate_cert=False)  # expect: python-tls-verification-off
    httplib2.Http(disable_ssl_certificate_validation=True)  # expect: python-tls-verification-off
    curl = pycurl.Curl()
    curl.setopt(pycurl.SSL_VERIFYPEER, 0)  # expect: python-tls-verification-off
    curl.setopt(pycurl.SSL_VERIFYHOST, 0)  # expect: python-tls-verification-off
    ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_NEVER)  # expect: python-tls-verification-off
