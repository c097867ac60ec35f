const command = new PutObjectCommand({ Bucket: 'site', Key: 'a.html', Body: body });
