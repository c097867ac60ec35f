import tornado.escape
import tornado.web


class State(tornado.web.RequestHandler):
    def put(self):
        self.state = tornado.escape.json_decode(self.request.body)
