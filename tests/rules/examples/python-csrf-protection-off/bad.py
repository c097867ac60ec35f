from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from flask import Flask

app = Flask(__name__)
app.config["WTF_CSRF_ENABLED"] = False  # expect: python-csrf-protection-off


@csrf_exempt
def transfer(request):  # expect: python-csrf-protection-off
    request.user.account.send(request.POST["to"], int(request.POST["amount"]))
    return HttpResponse("done")


@csrf_exempt
def choose(request):  # expect: python-csrf-protection-off
    request.session["colour"] = request.POST["colour"]
    return HttpResponse("done")
