"""Values from URLs, forms and serializers of Django, evaluated as code."""

from django.http import HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI

api = NinjaAPI()


def by_url(request, expression):
    result = eval(expression)  # expect: python-code-injection
    return HttpResponse(str(result))


def by_form(request, form):
    if form.is_valid():
        eval(form.cleaned_data["sum"])  # expect: python-code-injection
    return render(request, "form.html")


def by_serializer(serializer):
    eval(serializer.validated_data["sum"])  # expect: python-code-injection


@api.get("/sum")
def by_query(request, expression: str):
    return eval(expression)  # expect: python-code-injection
