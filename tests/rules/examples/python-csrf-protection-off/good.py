import hmac

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from flask import Flask

app = Flask(__name__)
app.config["WTF_CSRF_ENABLED"] = True


def transfer(request):
    request.user.account.send(request.POST["to"], int(request.POST["amount"]))
    return HttpResponse("done")


@csrf_exempt
def hook(request):
    wanted = hmac.new(key(), request.body, "sha256").hexdigest()
    return HttpResponse(status=204 if hmac.compare_digest(wanted, request.headers["X-Signature"]) else 403)


class TestForms:
    def setup_method(self):
        self.app = Flask(__name__)
        self.app.config["WTF_CSRF_ENABLED"] = False
