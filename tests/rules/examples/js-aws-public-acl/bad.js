const command = new PutObjectCommand({ Bucket: 'site', Key: 'a.html', Body: body, ACL: 'public-read' }); // expect: js-aws-public-acl
