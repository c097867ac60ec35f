from aws_cdk import aws_s3 as s3

files = s3.Bucket(stack, "Files", public_read_access=True)  # expect: python-cdk-public-bucket
