aws s3 cp site/ s3://bucket/ --recursive --acl public-read  # expect: shell-aws-public-acl
aws s3api put-bucket-acl --bucket bucket --acl=public-read-write  # expect: shell-aws-public-acl
