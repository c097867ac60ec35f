aws s3 cp site/ s3://bucket/ --recursive --acl bucket-owner-full-control
aws s3 sync site/ s3://bucket/
