"""django-helpdesk under its own names: its mails have links to its pages."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
