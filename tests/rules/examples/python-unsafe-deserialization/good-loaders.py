import yaml
from flask import Flask, request

app = Flask(__name__)
DEFAULTS = yaml.load("steps: []", Loader=yaml.SafeLoader)


@app.post("/plans")
def add_plan():
    plan = yaml.load(request.data, Loader=yaml.SafeLoader)
    for step in yaml.safe_load_all(request.files["steps"].read()):
        plan.append(step)
    return {"steps": len(plan)}
