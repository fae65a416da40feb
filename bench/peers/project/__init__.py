"""The smallest Django project in which django-helpdesk runs; it is installed in an environment of its own."""
