"""Answers that are parsed or shown."""

import ast
import json

from openai import OpenAI

client = OpenAI()


def calculate(question, llm):
    answer = client.chat.completions.create(model="small", messages=[{"role": "user", "content": question}])
    text = answer.choices[0].message.content
    print(text)
    json.loads(text)
    return ast.literal_eval(llm.invoke(question).content)
