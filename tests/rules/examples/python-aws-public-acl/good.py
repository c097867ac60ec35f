import boto3

client = boto3.client("s3")
client.put_object(Bucket="b", Key="k", Body=b"x")
client.put_object(Bucket="b", Key="k", Body=b"x", ACL="bucket-owner-full-control")
client.upload_file("a", "b", "k", ExtraArgs={"ContentType": "text/html", "ACL": "private"})
