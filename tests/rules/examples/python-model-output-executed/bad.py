"""Answers of models that are executed."""

import subprocess

from openai import OpenAI

client = OpenAI()


def calculate(question, llm):
    answer = client.chat.completions.create(model="small", messages=[{"role": "user", "content": question}])
    code = answer.choices[0].message.content
    exec(code)  # expect: python-model-output-executed
    subprocess.run(code, shell=True)  # expect: python-model-output-executed
    return eval(llm.invoke(question).content)  # expect: python-model-output-executed
