import os

import boto3
import psycopg2
import redis

psycopg2.connect(host="db", user="app", password=os.environ["DB_PASSWORD"])
psycopg2.connect(host="db", user="app", password="password")
psycopg2.connect(host="db", user="app", password="<your password>")
redis.Redis(host="cache", password="")
boto3.client("s3", aws_access_key_id="testing", aws_secret_access_key="testing")
form.connect(label="x", password_field="Wint3r-comes")
