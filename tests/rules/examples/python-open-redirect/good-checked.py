"""A redirect to what a function of the project has checked."""

from django.shortcuts import redirect

from shop.urls import safe_referrer


def back(request):
    return redirect(safe_referrer(request.META, "/"))
