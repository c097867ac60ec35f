from aws_cdk import aws_s3 as s3

files = s3.Bucket(stack, "Files", block_public_access=s3.BlockPublicAccess.BLOCK_ALL)
