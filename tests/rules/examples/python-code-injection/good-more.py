import ast

import tornado.web


class Run(tornado.web.RequestHandler):
    def post(self):
        self.write({"read": ast.literal_eval(self.get_body_argument("code"))})
