import logging

logger = logging.getLogger(__name__)


def login(user, password, settings):
    logging.info("login of %s with %s", user, password)  # expect: python-secret-logged
    logger.debug("login of %s with %s" % (user, password))  # expect: python-secret-logged
    logger.debug("login with {}".format(settings.api_key))  # expect: python-secret-logged
    logger.warning(f"login of {user} with {password}")  # expect: python-secret-logged
