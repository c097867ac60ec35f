import boto3

client = boto3.client("s3")
client.put_object(Bucket="b", Key="k", Body=b"x", ACL="public-read")  # expect: python-aws-public-acl
client.upload_file("a", "b", "k", ExtraArgs={"ContentType": "text/html", "ACL": "public-read"})  # expect: python-aws-public-acl
client.put_bucket_acl(Bucket="b", ACL="public-read-write")  # expect: python-aws-public-acl
