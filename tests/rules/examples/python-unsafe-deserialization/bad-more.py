import jsonpickle
import tornado.web


class State(tornado.web.RequestHandler):
    def put(self):
        self.state = jsonpickle.decode(self.request.body)  # expect: python-unsafe-deserialization
