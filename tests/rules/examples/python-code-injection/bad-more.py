import tornado.web


class Run(tornado.web.RequestHandler):
    def post(self):
        exec(self.get_body_argument("code"))  # expect: python-code-injection
